//! Decides what exactly is deployed.

use domain::Failure;
use domain::desk::Desk;
use domain::event::{Event, Moved};
use domain::name::DeploymentId;
use domain::plan::Plan;
use domain::record::Entry;
use domain::request::Request;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ports::{Bus, Catalog, Clock, Ledger, Registry};
use crate::progress;

/// A deployment that somebody wants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wanted {
    /// The execution that carries it.
    pub deployment: DeploymentId,
    /// What is wanted.
    pub request: Request,
}

/// Decides what exactly is deployed: the tag becomes a digest, and what must not be deployed is
/// refused with the reason. That it begins is put on the bus.
pub async fn plan(
    clock: &impl Clock,
    catalog: &impl Catalog,
    registry: &impl Registry,
    ledger: &impl Ledger,
    bus: &impl Bus,
    wanted: Wanted,
) -> Result<Plan, Failure> {
    let Wanted { deployment, request } = wanted;
    let requested = Entry::Requested { request: request.clone() };
    ledger.append(&deployment, &request.service, requested).await?;
    let service = catalog.service(&request.service).await?;
    let desk = ledger.desk(&service.name).await?;

    let plan = decide(registry, &desk, deployment, service, &request, clock.now()).await?;

    let entry = Entry::Planned { plan: Box::new(plan.clone()) };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, "planned {}", plan.title());
    progress::tell(clock, bus, Event::DeploymentStarted(Moved::of(&plan, plan.at))).await;
    Ok(plan)
}

/// What exactly would be deployed, or why nothing would. Writes nothing.
pub(crate) async fn decide(
    registry: &impl Registry,
    desk: &Desk,
    deployment: DeploymentId,
    service: ServiceDocument,
    request: &Request,
    now: Timestamp,
) -> Result<Plan, Failure> {
    let found = match (&request.tag, &request.digest) {
        (Some(tag), _) => registry.digest_of(&service.image, tag).await?,
        (None, Some(digest)) => {
            registry.has(&service.image, digest).await?;
            digest.clone()
        }
        (None, None) => {
            return Err(Failure::Invalid("say what to deploy: `tag`, `digest` or both".into()));
        }
    };

    let plan = Plan::decide(deployment, service, request, found, desk, now)?;
    // A way back leads to what ran here before.
    let platforms = match plan.cause.is_urgent() {
        true => Vec::new(),
        false => registry.platforms(&plan.service.image, &plan.digest).await?,
    };
    Ok(Plan { platforms, ..plan })
}
