//! `cutover demo`: everything at once, on this machine.

use std::path::PathBuf;

use clap::Args;

use crate::console::{Console, End};
use crate::demo;
use crate::problem::Trouble;

/// Watch blue/green deployments happen on this machine, in half a minute
///
/// Two small services run here behind real proxies, under steady load. Signed webhooks tell of
/// images as GitHub does: good ones are deployed, one of them by canary; one fails its smoke
/// request and is never seen by production; two fail only under production traffic, and are taken
/// back when an alarm rings. Nothing is left on the machine.
///
/// It ends well only if every deployment ended as it must, and no request failed because of a shift.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover demo --json report.json")]
pub(crate) struct Demo {
    /// Write a report here: {"deployments": […], "requests": {…}, …}
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How many requests a second each service gets
    #[arg(long, value_name = "NUMBER", default_value_t = 600,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
}

impl Demo {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        demo::run(console, self.rate, self.json.as_deref())
    }
}
