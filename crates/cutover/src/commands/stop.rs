//! `cutover stop`: stops the deployment that is under way.

use clap::Args;
use domain::name::ServiceName;
use local::door::view::Stop as Ask;

use super::deploy::Asking;
use super::rollback::follow_back;
use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::Trouble;
use crate::server::run;

/// Stop the deployment of a service that is under way, and take back what it changed
///
/// If ECS was told to begin, the release goes into quarantine. A way back is not stopped. Exits
/// with 0 only if what served before serves again.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover stop checkout --reason \"the wrong branch\"")]
pub(crate) struct Stop {
    /// The service
    service: ServiceName,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    which: Which,
}

impl Stop {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, asking, which } = self;
        let Asking { by, reason, no_wait, json } = asking;

        run(async {
            let cutover = which.open().await?;
            let follower = cutover.follow(&service, &format!("stop {service}"), json).await?;
            let stopping = cutover.stop(&service, Ask { by, reason }).await?;
            follow_back(stopping, follower, no_wait, json, console).await
        })
    }
}
