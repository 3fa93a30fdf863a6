//! Does what somebody wants who pressed a button or gave a command.

use domain::Failure;
use domain::attribution::WayBack;
use domain::desk::Desk;
use domain::name::ServiceName;
use domain::people::{self, Answer, Ask, Deed, Wish};
use domain::service::ServiceDocument;

use crate::go_back::{GoingBack, go_back};
use crate::ports::{Bus, Callbacks, Catalog, Clock, Executions, Ledger, Rollbacks};
use crate::{approve, freeze, lift};

/// How many deployments are told of who asks for them in a chat.
const NEWEST: usize = 10;

/// Does what somebody wants who may, by the same ways as the command line, and says what came of
/// it; or tells them what they ask. [`Failure::Refused`] is a sentence for them.
#[expect(clippy::too_many_arguments, reason = "a step's signature is its list of permissions")]
pub async fn press(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    executions: &impl Executions,
    rollbacks: &impl Rollbacks,
    bus: &impl Bus,
    ask: Ask,
) -> Result<Answer, Failure> {
    match ask {
        Ask::Wish(wish) => {
            let deed = decide(clock, catalog, ledger, &wish).await?;

            let answer = match deed {
                Deed::Approve(ask) => {
                    let heard = approve(clock, ledger, callbacks, ask).await?;
                    Answer::aloud(format!("{}: {}", heard.deployment, heard.word))
                }
                Deed::GoBack(ask) => {
                    let going =
                        go_back(clock, catalog, ledger, executions, rollbacks, &ask).await?;
                    Answer::quiet(match going {
                        GoingBack::Stopping(deployment) => format!("{deployment} goes back"),
                        GoingBack::Deploying(WayBack { input, .. }) => {
                            format!("{} goes back to {}", ask.service, input.title())
                        }
                    })
                }
                Deed::Freeze(ask) => {
                    let freeze = freeze(clock, catalog, ledger, callbacks, bus, &ask).await?;
                    let by = ask.by.unwrap_or_default();
                    Answer::aloud(match ask.length {
                        Some(_) => format!("{}: {by} has it {freeze}", ask.service),
                        None => format!("{}: {by} thaws it: {}", ask.service, ask.reason),
                    })
                }
                Deed::Lift(ask) => {
                    let lifted = lift(clock, ledger, bus, &ask).await?;
                    let by = ask.by.unwrap_or_default();
                    let (service, digest) = (ask.service, lifted.digest.short());
                    let why = format!("it was in quarantine because {}", lifted.why);
                    Answer::aloud(format!("{service}: {by} lets {digest} be deployed again, {why}"))
                }
            };
            tracing::warn!(service = %wish.service, user = %wish.user, "{}", answer.text);
            Ok(answer)
        }
        Ask::Status { service: Some(service), .. } => {
            let document = catalog.service(&service).await?;
            let desk = ledger.desk(&service).await?;
            Ok(Answer::quiet(stands(clock, ledger, &document, &desk).await?))
        }
        Ask::Status { service: None, .. } => status(clock, catalog, ledger).await,
        Ask::History { service, .. } => history(clock, catalog, ledger, &service).await,
    }
}

/// Decides what is done, by what the document, the desk and the record say now.
async fn decide(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    wish: &Wish,
) -> Result<Deed, Failure> {
    let document = catalog.service(&wish.service).await?;
    let record = match wish.act.deployment() {
        Some(deployment) => ledger.record(deployment).await?,
        None => None,
    };
    let desk = ledger.desk(&wish.service).await?;

    wish.decide(&document, &desk, record.as_ref(), clock.now())
}

/// How all services stand.
async fn status(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
) -> Result<Answer, Failure> {
    let mut documents = catalog.services().await?;
    if documents.is_empty() {
        return Ok(Answer::quiet("no service is under Cutover yet"));
    }
    documents.sort_by(|a, b| a.name.cmp(&b.name));
    let desks = ledger.desks().await?;

    let mut told = Vec::new();
    for document in &documents {
        let desk = desks.iter().find(|desk| desk.service == document.name).cloned();
        let desk = desk.unwrap_or_else(|| Desk::new(document.name.clone()));
        told.push(stands(clock, ledger, document, &desk).await?);
    }
    Ok(Answer::quiet(told.join("\n")))
}

async fn stands(
    clock: &impl Clock,
    ledger: &impl Ledger,
    document: &ServiceDocument,
    desk: &Desk,
) -> Result<String, Failure> {
    let record = match &desk.lease {
        Some(lease) => ledger.record(&lease.holder).await?,
        None => None,
    };

    Ok(people::standing(document, desk, record.as_ref(), clock.now()))
}

/// The newest deployments of a service.
async fn history(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    service: &ServiceName,
) -> Result<Answer, Failure> {
    catalog.service(service).await?;
    let records = ledger.history(service, NEWEST).await?;
    let desk = ledger.desk(service).await?;

    Ok(Answer::quiet(people::history(service, &records, &desk, clock.now())))
}
