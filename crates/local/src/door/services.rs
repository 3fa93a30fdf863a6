//! How services stand.

use axum::Json;
use axum::extract::State;
use domain::name::{Digest, Image, ServiceName};
use domain::record::Record;
use domain::service::ServiceDocument;

use super::answer::Refusal;
use super::read::Named;
use super::reception::{Desk, Reception};
use super::view;
use crate::ecs;
use crate::plant::{Plant, Share};

/// `GET /api/services`.
pub(super) async fn list(State(desk): State<Desk>) -> Json<Vec<view::Service>> {
    let services = desk.account.services();
    Json(services.iter().filter_map(|document| stands(&desk, document)).collect())
}

/// `GET /api/services/{service}`.
pub(super) async fn one(
    State(desk): State<Desk>,
    Named(name): Named<ServiceName>,
) -> Result<Json<view::Service>, Refusal> {
    let document = document(&desk, &name)?;
    stands(&desk, &document).map(Json).ok_or_else(|| unknown(&desk, &name))
}

/// The document of a service, or which services there are.
pub(super) fn document(desk: &Reception, name: &ServiceName) -> Result<ServiceDocument, Refusal> {
    let services = desk.account.services();
    services.into_iter().find(|it| it.name == *name).ok_or_else(|| unknown(desk, name))
}

fn unknown(desk: &Reception, name: &ServiceName) -> Refusal {
    let known: Vec<_> = desk.account.services().iter().map(|it| it.name.to_string()).collect();
    let known = known.join(", ");
    Refusal::not_found(format!("there is no service {name} under Cutover, only {known}"))
}

fn stands(desk: &Reception, document: &ServiceDocument) -> Option<view::Service> {
    let place = document.place();
    let addresses = desk.addresses.get(&document.name)?;
    let (told, orders, newest) = desk.account.ecs(&place, |service| {
        (service.describe(), service.orders(), service.deployments().into_iter().next())
    })?;
    let own = desk.account.desk(&document.name);
    let release = |reference: &str| release(desk, &document.image, reference);
    let traffic = orders.production.iter().filter(|(_, share)| *share > Share::NONE);
    let traffic = traffic.filter_map(|(revision, share)| {
        let ordered = orders.revisions.iter().find(|it| it.revision == *revision)?;
        Some(view::Portion { release: release(&ordered.image)?, percent: share.percent() })
    });

    Some(view::Service {
        name: document.name.clone(),
        image: document.image.clone(),
        production: Some(addresses.production),
        test: Some(addresses.test),
        serving: release(&told.task_definition.image),
        tasks: view::Tasks {
            desired: told.desired_count,
            running: told.running_count,
            healthy: Some(healthy(desk, &place.service)),
        },
        traffic: traffic.collect(),
        alarms: alarms(desk, document, &own),
        rollout: newest.filter(|newest| !newest.status.is_final()).map(rollout),
        lease: own.lease.as_ref().map(Into::into),
        waiting: own.waiting.as_ref().map(Into::into),
        urgent: own.urgent.as_ref().map(Into::into),
        asks: own.asks().cloned(),
        frozen: own.frozen(&document.freezes, desk.account.now()),
        quarantined: view::Quarantined::of(&own, desk.account.now()),
        last: last(&desk.account.history(&document.name, 20)),
        place,
    })
}

fn release(desk: &Reception, image: &Image, reference: &str) -> Option<view::Release> {
    let (_, digest) = reference.split_once('@')?;
    let digest: Digest = digest.parse().ok()?;
    Some(view::Release { tags: desk.images.tags(image, &digest), digest })
}

fn healthy(desk: &Reception, service: &str) -> u32 {
    desk.account.plant().standing(service).iter().map(|standing| standing.healthy).sum()
}

fn alarms(
    desk: &Reception,
    document: &ServiceDocument,
    own: &domain::desk::Desk,
) -> Vec<view::Alarm> {
    let alarm = |name: &String| {
        let (state, since) = desk.account.alarm(name)?;
        Some(view::Alarm { name: name.clone(), state: state.to_string(), since })
    };
    let alerts = own.alerts(&document.checks.alerts, desk.account.now());
    let alerts = alerts.into_iter().map(view::Alarm::alert);
    document.checks.alarms.iter().filter_map(alarm).chain(alerts).collect()
}

fn rollout(deployment: ecs::ServiceDeployment) -> view::Rollout {
    view::Rollout {
        arn: deployment.arn,
        status: deployment.status.to_string(),
        stage: deployment.lifecycle_stage.map(|stage| stage.to_string()),
    }
}

fn last(history: &[Record]) -> Option<view::Ended> {
    history.iter().find_map(Record::outcome).cloned().map(Into::into)
}
