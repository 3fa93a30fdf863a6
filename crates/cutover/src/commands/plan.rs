//! `cutover plan`: what would a deployment of this service be?

use clap::Args;

use super::validate;
use crate::console::{Console, End};
use crate::preview::Preview;
use crate::problem::Trouble;
use crate::source::Source;

/// Show what a deployment of a service would be: stages, checks, dangers, costs
///
/// A deployment in which nothing goes wrong is rehearsed here, with the state machines and steps
/// that run on AWS, on a clock of its own; nothing is deployed. What it uses is counted and priced.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover plan services/checkout.json")]
pub(crate) struct Plan {
    /// The service document; - for standard input
    #[arg(value_name = "FILE")]
    document: Source,
    /// Answer in JSON: {"service", "stages", "checks", "dangers", "lasts", "rehearsal", "cost"}
    #[arg(long)]
    json: bool,
}

impl Plan {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let service = validate::service(&self.document).map_err(Trouble::Wrong)?;

        let preview = Preview::of(service)?;

        match self.json {
            true => console.json(&preview.json())?,
            false => {
                for line in preview.lines() {
                    console.line(line)?;
                }
            }
        }
        Ok(if preview.is_good() { End::Good } else { End::Failed })
    }
}
