//! `cutover plan`: what would a deployment of this service be?

use std::ffi::OsString;
use std::path::Path;
use std::slice;

use clap::Args;
use domain::desk::Desk;
use domain::freeze::Freeze;
use domain::name::ServiceName;
use domain::outlook::{Outlook, Reference};
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::door::view::Service;
use serde_json::json;

use super::{status, validate};
use crate::console::{Console, End};
use crate::installation::Which;
use crate::preview::{self, Preview};
use crate::problem::{Problem, Trouble, visible};
use crate::server::run;
use crate::source::Source;

/// Show what a deployment of a service would be: stages, checks, dangers, costs
///
/// A deployment in which nothing goes wrong is rehearsed here, with the state machines and steps
/// that run on AWS, on a clock of its own; nothing is deployed. What it uses is counted and priced.
///
/// Of the name of a service, a Cutover that runs is asked what a deployment would meet now: what
/// would refuse it or have it wait, and what its checks say. It asks what the deployment would, and
/// writes nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: cutover plan services/checkout.json\n         cutover plan checkout --image v1.4.2"
)]
pub(crate) struct Plan {
    /// A service document, - for standard input; or the name of a service
    #[arg(value_name = "FILE|SERVICE")]
    what: OsString,
    /// What would be deployed: a tag, as if it were pushed now, or a digest. Otherwise, what serves
    #[arg(long, value_name = "TAG|DIGEST")]
    image: Option<Reference>,
    /// Answer in JSON: {"service", "stages", "checks", "dangers", "lasts", "rehearsal", "cost"}, and of
    /// a service {"now", "outlook"}
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

/// A service that a Cutover has: how it stands, and what a deployment would meet.
struct Asked {
    now: Option<Service>,
    outlook: Outlook,
}

impl Plan {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { what, image, json, which } = self;
        let (document, asked) = match service(&what, image.is_some() || which.is_in_account()) {
            Some(name) => {
                let asked = ask(which, &name?, image.as_ref())?;
                (asked.outlook.service.clone(), Some(asked))
            }
            None => (validate::service(&Source::from(what)).map_err(Trouble::Wrong)?, None),
        };
        let frozen = frozen(&document).filter(|_| asked.is_none());
        let preview = Preview::of(document)?;

        match json {
            true => {
                let mut plan = preview.json();
                if let Some(Asked { now, outlook }) = &asked {
                    plan["now"] = json!(now);
                    plan["outlook"] = json!(outlook);
                }
                if let Some(frozen) = &frozen {
                    plan["frozen"] = json!(frozen);
                }
                console.json(&plan)?;
            }
            false => {
                if let Some(Asked { now, outlook }) = &asked {
                    console.line(status::table(now.as_ref().map_or(&[], slice::from_ref)))?;
                    for line in preview::outlook(outlook) {
                        console.line(line)?;
                    }
                }
                if let Some(frozen) = &frozen {
                    let told = format!("A push would wait now: {frozen}.");
                    console.line(visible(&told))?;
                }
                for line in preview.lines() {
                    console.line(line)?;
                }
            }
        }
        let refused = asked.is_some_and(|asked| !asked.outlook.objections.is_empty());
        Ok(if preview.is_good() && !refused { End::Good } else { End::Failed })
    }
}

/// The service that is named, unless a file is. `certainly` tells that it is no file.
fn service(what: &OsString, certainly: bool) -> Option<Result<ServiceName, Trouble>> {
    let text = what.to_string_lossy();
    let name = text.parse::<ServiceName>();
    let meant = certainly || (name.is_ok() && !Path::new(what).exists());
    meant.then(|| name.map_err(|error| Problem::with(&text, error).remedy("name a service").into()))
}

fn ask(which: Which, service: &ServiceName, image: Option<&Reference>) -> Result<Asked, Trouble> {
    run(async {
        let cutover = which.open().await?;
        let outlook = cutover.outlook(service, image).await?;
        let now = cutover.services(Some(service)).await?.into_iter().next();
        Ok(Asked { now, outlook })
    })
}

/// The window of a document that is open now, whatever else there is.
fn frozen(document: &ServiceDocument) -> Option<Freeze> {
    Desk::new(document.name.clone()).frozen(&document.freezes, Timestamp::now())
}
