//! `cutover freeze` and `cutover thaw`: nothing new begins for a while.

use clap::Args;
use domain::name::ServiceName;
use domain::seconds::Seconds;
use local::door::view;

use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::{Trouble, visible};
use crate::server::run;
use crate::telling;

/// Let nothing new begin for a while
///
/// Pushes wait, and the newest follows at the end. What is under way goes on, a way back does not
/// wait, and `cutover deploy --hotfix` does not either. Another freeze takes the place of one in
/// force.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover freeze checkout --for 2h --reason \"the fair\"")]
pub(crate) struct Freeze {
    /// The service
    service: ServiceName,
    /// How long: 30m, 2h, 1h 30m; at most 672h, which is 28 days
    #[arg(long = "for", value_name = "LENGTH", value_parser = length)]
    length: Seconds,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so
    #[arg(long, env = "USER", value_name = "NAME")]
    by: Option<String>,
    /// Answer in JSON: the freeze
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

/// End a freeze before its time
///
/// Whosever it is: a person's, that of a window of the service document, or that of what Terraform
/// changed, which is then taken as it is. Exits with 1 if the service is not frozen.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover thaw checkout --reason \"the fair is over\"")]
pub(crate) struct Thaw {
    /// The service
    service: ServiceName,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so
    #[arg(long, env = "USER", value_name = "NAME")]
    by: Option<String>,
    /// Answer in JSON: the freeze that is over
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl Freeze {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, length, reason, by, json, which } = self;

        let freeze = run(async {
            let cutover = which.open().await?;
            cutover.freeze(&service, view::Freeze { length, by, reason }).await
        })?;

        match json {
            true => console.json(&freeze)?,
            false => {
                let until = freeze.until.map(telling::moment).unwrap_or_default();
                console.line(visible(&format!("{service} is frozen until {until}")))?;
            }
        }
        Ok(End::Good)
    }
}

impl Thaw {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, reason, by, json, which } = self;

        let freeze = run(async {
            let cutover = which.open().await?;
            cutover.thaw(&service, view::Thaw { by, reason }).await
        })?;

        match json {
            true => console.json(&freeze)?,
            false => {
                let (since, why) = (telling::moment(freeze.since), freeze.why);
                let told = format!("{service} is frozen no more; it was since {since}: {why}");
                console.line(visible(&told))?;
            }
        }
        Ok(End::Good)
    }
}

/// A length of time as people write it.
fn length(text: &str) -> Result<Seconds, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}
