//! `cutover approve`: lets a deployment go on that waits for people.

use clap::Args;
use domain::name::{DeploymentId, ServiceName};
use local::door::view;

use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::{Trouble, visible};
use crate::server::run;

/// Let a deployment go on that waits for people
///
/// It waits where its service's document asks for approval, or where something is not well and the
/// document says `on_failure: hold`. To say no, use `cutover stop`. Exits with 1 if nobody is asked,
/// or somebody else is.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover approve checkout --reason \"receipts look right\"")]
pub(crate) struct Approve {
    /// The service
    service: ServiceName,
    /// Only this deployment; another one that waits by then is not meant
    #[arg(long, value_name = "NAME")]
    deployment: Option<DeploymentId>,
    /// Why, in your words; needed where something is not well
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who says so
    #[arg(long, env = "USER", value_name = "NAME")]
    by: String,
    /// Answer in JSON: what was heard
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl Approve {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, deployment, reason, by, json, which } = self;

        let approved = run(async {
            let cutover = which.open().await?;
            cutover.approve(&service, view::Approve { deployment, by, reason }).await
        })?;

        match json {
            true => console.json(&approved)?,
            false => {
                let told = format!("{} heard it: {}", approved.deployment, approved.word);
                console.line(visible(&told))?;
            }
        }
        Ok(End::Good)
    }
}
