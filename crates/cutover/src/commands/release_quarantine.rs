//! `cutover release-quarantine`: lets a release be deployed again.

use clap::Args;
use domain::name::ServiceName;
use domain::quarantine::Quarantine;
use local::door::view::ByHand;

use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::{Trouble, visible};
use crate::server::run;
use crate::telling;

/// Let a release that is in quarantine be deployed again
///
/// Nothing is deployed by that. Exits with 1 if it is not in quarantine.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: cutover release-quarantine checkout v1.4.2 --reason \"the database was at fault\""
)]
pub(crate) struct ReleaseQuarantine {
    /// The service
    service: ServiceName,
    /// What to release: a digest or at least seven of its first digits, a tag that was deployed, or
    /// the deployment that brought it
    release: String,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so
    #[arg(long, env = "USER", value_name = "NAME")]
    by: Option<String>,
    /// Answer in JSON: what was lifted
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl ReleaseQuarantine {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, release, reason, by, json, which } = self;

        let lifted = run(async {
            let cutover = which.open().await?;
            cutover.lift(&service, ByHand { release, by, reason }).await
        })?;

        match json {
            true => console.json(&lifted)?,
            false => console.line(told(&lifted))?,
        }
        Ok(End::Good)
    }
}

fn told(Quarantine { digest, why, by, since, .. }: &Quarantine) -> String {
    let (digest, since) = (digest.short(), telling::moment(*since));
    let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    visible(&format!(
        "{digest} may be deployed again; it was in quarantine since {since}{by}: {why}"
    ))
}
