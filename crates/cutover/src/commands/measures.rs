//! `cutover measures`: how a service is delivered, by the four measures of DORA.

use clap::Args;
use comfy_table::{Table, presets};
use domain::measure::{Four, four};
use domain::name::ServiceName;
use domain::seconds::Seconds;
use jiff::Timestamp;

use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::Trouble;
use crate::server::run;

/// How many deployments are looked at.
const MOST: u16 = 1_000;

/// Show how often a service is deployed, how long changes take, how many fail, and for how long
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover measures checkout --days 7")]
pub(crate) struct Measures {
    /// The service
    service: ServiceName,
    /// Of what ended in the last so many days
    #[arg(long, value_name = "NUMBER", default_value_t = 30)]
    days: u16,
    /// Answer in JSON, times in seconds
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl Measures {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        run(async {
            let cutover = self.which.clone().open().await?;
            let records = cutover.history(&self.service, MOST).await?;
            let since = Seconds(u64::from(self.days) * 24 * 3600).before(Timestamp::now());
            let four = four(&records, since);
            match self.json {
                true => console.json(&four)?,
                false => console.line(table(&four, self.days))?,
            }
            Ok(End::Good)
        })
    }
}

fn table(four: &Four, days: u16) -> Table {
    let time = |it: Option<Seconds>| it.map_or_else(|| "none".into(), |it| it.to_string());
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.add_row(["changes deployed", &format!("{} in {days} days", four.deployed)]);
    table.add_row(["half in production within", &time(four.lead_time)]);
    table.add_row(["failed in production", &format!("{} of {}", four.failures, four.changes)]);
    table.add_row(["half restored within", &time(four.time_to_restore)]);
    table
}
