//! `cutover quarantine`: what must not be deployed again.

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use domain::name::ServiceName;
use domain::quarantine::{InForce, Quarantine as Quarantining};
use local::door::view::{ByHand, Quarantined};

use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::{Trouble, visible};
use crate::server::run;
use crate::telling;

/// Show what must not be deployed again, or put a release there
///
/// What an alarm or a person takes back goes into quarantine by itself. It stays there for 30 days,
/// or until `cutover release-quarantine`. What serves goes on serving.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover quarantine checkout v1.4.2 --reason \"loses receipts\"")]
pub(crate) struct Quarantine {
    /// The service
    service: ServiceName,
    /// What to put there: a digest or at least seven of its first digits, a tag that was deployed, or
    /// the deployment that brought it
    #[arg(requires = "reason")]
    release: Option<String>,
    /// Why, in your words
    #[arg(long, value_name = "TEXT", requires = "release")]
    reason: Option<String>,
    /// Who says so
    #[arg(long, env = "USER", value_name = "NAME")]
    by: Option<String>,
    /// Answer in JSON: a list of what is in quarantine, or what was put there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl Quarantine {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, release, reason, by, json, which } = self;

        run(async {
            let cutover = which.open().await?;
            let Some((release, reason)) = release.zip(reason) else {
                let quarantined = cutover.quarantined(&service).await?;
                match quarantined.as_slice() {
                    all if json => console.json(&all)?,
                    [] => {
                        console.line(format_args!("nothing of {service} is in quarantine"))?;
                    }
                    some => console.line(table(some))?,
                }
                return Ok(End::Good);
            };
            let put = cutover.quarantine(&service, ByHand { release, by, reason }).await?;
            match json {
                true => console.json(&put)?,
                false => console.line(told(&put))?,
            }
            Ok(End::Good)
        })
    }
}

fn table(quarantined: &[Quarantined]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["digest", "tag", "since", "until", "why", "by", "deployment"]);
    for Quarantined { quarantine, tag } in quarantined {
        let Quarantining { digest, why, by, deployment, since, until } = quarantine;
        table.add_row([
            digest.short().to_owned(),
            tag.as_ref().map(ToString::to_string).unwrap_or_default(),
            telling::moment(*since),
            telling::moment(*until),
            visible(why),
            by.as_deref().map(visible).unwrap_or_default(),
            deployment.as_ref().map(ToString::to_string).unwrap_or_default(),
        ]);
    }
    table
}

fn told(InForce { quarantine, already }: &InForce) -> String {
    let Quarantining { digest, why, since, until, .. } = quarantine;
    let (digest, until) = (digest.short(), telling::moment(*until));
    match already {
        false => format!("{digest} is in quarantine until {until}"),
        true => {
            let since = telling::moment(*since);
            format!(
                "{digest} is in quarantine already, from {since} until {until}: {}",
                visible(why)
            )
        }
    }
}
