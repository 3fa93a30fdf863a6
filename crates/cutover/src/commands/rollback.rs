//! `cutover rollback`: goes back to an earlier release.

use clap::Args;
use domain::name::ServiceName;
use domain::outcome::End as Outcome;
use local::door::view::{GoBack, GoingBack};
use serde_json::json;

use super::deploy::{Asking, Release, conclude, tell_started};
use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::Trouble;
use crate::server::run;

/// Take a service back to the last good release before the present one, or to one you name
///
/// A deployment that is under way is stopped, which takes it back; otherwise the earlier release is
/// deployed. Exits with 0 only if that is how it ends.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover rollback checkout --reason \"receipts are empty\"")]
pub(crate) struct Rollback {
    /// The service
    service: ServiceName,
    /// The release to go back to
    #[arg(long, value_name = "TAG|DIGEST")]
    to: Option<Release>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    which: Which,
}

impl Rollback {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, to, asking, which } = self;
        let Asking { by, reason, no_wait, json } = asking;
        let ask = GoBack { to: to.map(|to| to.to_string()), by, reason };

        run(async {
            let cutover = which.open().await?;
            let what = format!("roll {service} back");
            let follower = cutover.follow(&service, &what, json).await?;
            let (deployment, wanted) = match cutover.go_back(&service, ask).await? {
                GoingBack::Deployment(started) => {
                    let link = cutover.link(&started.deployment);
                    if no_wait {
                        return tell_started(&started, link.as_deref(), json, console);
                    }
                    if link.is_some() && !json {
                        tell_started(&started, link.as_deref(), json, console)?;
                    }
                    (started.deployment, Outcome::Deployed)
                }
                GoingBack::Stopping { deployment } => {
                    if !json {
                        console.line(format_args!("{deployment} is stopped and taken back"))?;
                    } else if no_wait {
                        console.json(&json!({ "stopping": deployment }))?;
                    }
                    if no_wait {
                        return Ok(End::Good);
                    }
                    (deployment, Outcome::RolledBack)
                }
            };
            let ended = follower.tell_to_the_end(&deployment, console).await?;
            // Stopped before it changed anything, it is as much as taken back.
            let wanted = match (wanted, ended.end) {
                (Outcome::RolledBack, Outcome::Refused) => Outcome::Refused,
                (wanted, _) => wanted,
            };
            conclude(&ended, wanted, json, console)
        })
    }
}
