//! Compares what services stand on with what was last seen of it.

mod look;

use domain::Failure;
use domain::desk::{Desk, Next};
use domain::event::{Applied, Event, Frozen};
use domain::freeze::Freeze;
use domain::name::{DeploymentId, ServiceName};
use domain::replica::ReplicaCheck;
use domain::request::Request;
use domain::service::ServiceDocument;
use domain::terraform::{Answer, Heard, Look, Terraform};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::conclude::tell;
use crate::fence;
use crate::ports::{Bus, Callbacks, Catalog, Clock, Ledger, Objects, Workspaces};
use crate::progress;
use look::look;

/// What became of the services that stand on a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Whether anything is to be deployed again.
    pub redeploys: bool,
    /// What is deployed again, on another task definition.
    pub deployments: Vec<Redeploy>,
    /// Whether any read replicas are to be asked.
    pub asks_replicas: bool,
    /// The read replicas that are asked whether they keep up, because the data layer changed.
    pub replicas: Vec<KeepingUp>,
    /// Services that nothing is deployed to until a person accepts what there is.
    pub frozen: Vec<ServiceName>,
    /// Services of which what is under way waits at its next pause.
    pub held: Vec<ServiceName>,
    /// What people are to know, each in a sentence.
    pub told: Vec<String>,
}

/// A deployment of what serves, on another task definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeploy {
    /// The name of its execution: the change, so that a second event starts nothing.
    pub name: DeploymentId,
    /// The input of its execution.
    pub input: Request,
}

/// A check of a service's read replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepingUp {
    /// Whose replicas.
    pub service: ServiceName,
    /// The name of its execution: the change, so that a second event starts nothing.
    pub name: String,
    /// The input of its execution.
    pub input: ReplicaCheck,
}

/// Looks at the lock and the state that services stand on, remembers what is there, and finds what is
/// to be done about it. What an event tells is not used but for the name, and that a run is over: it
/// may be late, and an apply writes the state several times. Only what is there when the lock is gone
/// counts. Who waited for the end of a freeze that a person ends by it is told to ask again.
#[expect(clippy::too_many_arguments, reason = "a step's signature is its list of permissions")]
pub async fn compare(
    clock: &impl Clock,
    catalog: &impl Catalog,
    objects: &impl Objects,
    workspaces: &impl Workspaces,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    bus: &impl Bus,
    input: &Value,
) -> Result<Compared, Failure> {
    let heard = Heard::read(input)?;
    let services = match &heard {
        Heard::Person { service, .. } => vec![catalog.service(service).await?],
        Heard::Object { .. } | Heard::Run(_) => catalog.services().await?,
    };
    let accepts = matches!(&heard, Heard::Person { accept: Some(_), .. });

    let mut compared = Compared::default();
    for service in services.iter().filter(|service| heard.concerns(service)) {
        let Some(terraform) = &service.terraform else { continue };
        let now = clock.now();
        let look = look(objects, workspaces, terraform, &heard, now).await?;
        let sees = |desk: Desk| {
            let before = desk.clone();
            let (desk, answer) = desk.sees(terraform, &look, accepts, now);
            (desk.clone(), (before, desk, answer))
        };
        let (before, desk, answer) = fence::rewrite(ledger, &service.name, sees).await?;
        if let Some(waiter) = answer.asks.clone() {
            tell(callbacks, Next::Asks(waiter)).await?;
        }
        for news in news(terraform, &before, &desk, now) {
            progress::tell(clock, bus, news).await;
        }
        compared.add(service, &desk, &look, answer, now);
    }
    Ok(compared)
}

/// What others are told: a state that is another than before, and a freeze that began or is over.
fn news(
    terraform: &Terraform,
    before: &Desk,
    after: &Desk,
    now: Timestamp,
) -> impl Iterator<Item = Event> {
    let service = &after.service;
    let [was, is] = [before, after].map(|desk| desk.terraform.as_ref());
    // By what is remembered: a look that came late has changed nothing.
    let [known, newest] = [was, is].map(|memory| memory.and_then(|memory| memory.newest()));
    let applied = newest.and_then(|newest| Applied::since(known, newest, service, terraform, now));
    let [was, is] = [was, is].map(|memory| memory.and_then(|memory| memory.freeze()));
    let frozen = |freeze| Frozen { service: service.clone(), freeze };
    let froze = match (was, is) {
        (None, Some(freeze)) => Some(Event::ServiceFrozen(frozen(freeze))),
        (Some(freeze), None) => {
            Some(Event::ServiceThawed(frozen(Freeze { until: Some(now), ..freeze })))
        }
        _ => None,
    };
    applied.map(Event::TerraformApplied).into_iter().chain(froze)
}

impl Compared {
    fn add(
        &mut self,
        service: &ServiceDocument,
        desk: &Desk,
        look: &Look,
        answer: Answer,
        now: Timestamp,
    ) {
        let Answer { redeploy, moved, told, frozen, held, .. } = answer;
        let name = &service.name;
        for told in told {
            tracing::warn!(service = %name, "terraform: {told}");
            self.told.push(format!("{name}: {told}"));
        }
        self.frozen.extend(frozen.then(|| name.clone()));
        self.held.extend(held.then(|| name.clone()));
        if let (Some(since), Some(check)) = (moved, &service.checks.replicas) {
            let (service, input) = (name.clone(), check.clone());
            let name = format!("{name}-{}", since.as_millisecond());
            self.replicas.push(KeepingUp { service, name, input });
            self.asks_replicas = true;
        }
        let (Some(onto), Look::Read(seen)) = (redeploy, look) else { return };
        let Some(input) = desk.onto(&onto, seen, now) else {
            self.told.push(format!(
                "{name}: the task definition changed, and the next deployment runs from the one in place, because Cutover deployed nothing yet"
            ));
            return;
        };
        let name = input.onto_template(&onto);
        tracing::info!(service = %service.name, deployment = %name, "what serves is deployed again on another task definition");
        self.deployments.push(Redeploy { name, input });
        self.redeploys = true;
    }
}
