//! `cutover plan`: what would a deployment of this service be?

use std::slice;

use clap::Args;
use domain::desk::Desk;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::door::view::Service;
use serde_json::json;

use super::{status, validate};
use crate::console::{Console, End};
use crate::installation::InAccount;
use crate::preview::Preview;
#[cfg(feature = "aws")]
use crate::problem::Problem;
use crate::problem::{Trouble, visible};
#[cfg(feature = "aws")]
use crate::server::run;
use crate::source::Source;

/// Show what a deployment of a service would be: stages, checks, dangers, costs
///
/// A deployment in which nothing goes wrong is rehearsed here, with the state machines and steps
/// that run on AWS, on a clock of its own; nothing is deployed. What it uses is counted and priced.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover plan services/checkout.json")]
pub(crate) struct Plan {
    /// The service document; - for standard input. On AWS, the name of the service
    #[arg(value_name = "FILE|SERVICE")]
    document: Source,
    /// Answer in JSON: {"service", "stages", "checks", "dangers", "lasts", "rehearsal", "cost"}
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: InAccount,
}

impl Plan {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let (service, now) = match self.account.is_meant() {
            true => self.ask()?,
            false => (validate::service(&self.document).map_err(Trouble::Wrong)?, None),
        };

        let window = Desk::new(service.name.clone()).frozen(&service.freezes, Timestamp::now());
        let preview = Preview::of(service)?;

        match self.json {
            true => {
                let mut plan = preview.json();
                if let Some(now) = &now {
                    plan["now"] = json!(now);
                }
                if let Some(window) = &window {
                    plan["frozen"] = json!(window);
                }
                console.json(&plan)?;
            }
            false => {
                if let Some(now) = &now {
                    console.line(status::table(slice::from_ref(now)))?;
                }
                if let Some(window) = &window {
                    let told = format!("A push would wait now: {window}.");
                    console.line(visible(&told))?;
                }
                for line in preview.lines() {
                    console.line(line)?;
                }
            }
        }
        Ok(if preview.is_good() { End::Good } else { End::Failed })
    }

    /// The document as it is on AWS, and how the service stands there.
    #[cfg(feature = "aws")]
    fn ask(&self) -> Result<(ServiceDocument, Option<Service>), Trouble> {
        let name = self.document.to_string();
        let name: domain::name::ServiceName = name
            .parse()
            .map_err(|error| Problem::with(&self.document, error).remedy("name a service"))?;
        run(async {
            let account = self.account.open().await?;
            let (parameter, text) = account.document_text(&name).await?;
            let place = format!("the parameter {parameter}");
            let document = validate::service_in(&place, &text).map_err(Trouble::Wrong)?;
            let now = account.services(Some(&name)).await?.into_iter().next();
            Ok((document, now))
        })
    }

    #[cfg(not(feature = "aws"))]
    fn ask(&self) -> Result<(ServiceDocument, Option<Service>), Trouble> {
        Err(self.account.missing())
    }
}
