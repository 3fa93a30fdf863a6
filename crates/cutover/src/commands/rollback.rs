//! `cutover rollback`: goes back to an earlier release.

use clap::Args;
use domain::name::ServiceName;
use domain::outcome::End as Outcome;
use local::door::view::{GoBack, GoingBack, Stopping};
use serde_json::json;

use super::deploy::{Asking, Release, conclude, tell_started};
use crate::console::{Console, End};
use crate::installation::{Follower, Which};
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
    /// The release to go back to: a tag, a digest, or the deployment that brought it, as `cutover
    /// history` tells it
    // By its letters, a deployment's id may be a tag.
    #[arg(long, value_name = "TAG|DIGEST|DEPLOYMENT")]
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
            let deployment = match cutover.go_back(&service, ask).await? {
                GoingBack::Deployment(started) => {
                    let link = cutover.link(&started.deployment);
                    if no_wait {
                        return tell_started(&started, link.as_deref(), json, console);
                    }
                    if link.is_some() && !json {
                        tell_started(&started, link.as_deref(), json, console)?;
                    }
                    started.deployment
                }
                GoingBack::Stopping(stopping) => {
                    return follow_back(stopping, follower, no_wait, json, console).await;
                }
            };
            let ended = follower.tell_to_the_end(&deployment, console).await?;
            conclude(&ended, Outcome::Deployed, json, console)
        })
    }
}

/// Follows a deployment that was stopped, until what it changed is taken back.
pub(super) async fn follow_back(
    Stopping { deployment }: Stopping,
    follower: Follower<'_>,
    no_wait: bool,
    json: bool,
    console: &mut Console,
) -> Result<End, Trouble> {
    if !json {
        console.line(format_args!("{deployment} is stopped and taken back"))?;
    } else if no_wait {
        console.json(&json!({ "stopping": deployment }))?;
    }
    if no_wait {
        return Ok(End::Good);
    }
    let ended = follower.tell_to_the_end(&deployment, console).await?;
    // Stopped before it changed anything, it is as much as taken back.
    let wanted = match ended.end {
        Outcome::Refused => Outcome::Refused,
        _ => Outcome::RolledBack,
    };
    conclude(&ended, wanted, json, console)
}
