//! Deployments: asked for, followed, looked up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::history::last_good;
use domain::name::{DeploymentId, ServiceName};
use domain::record::Record;
use domain::request::{Cause, Request};
use domain::service::ServiceDocument;
use serde::Deserialize;

use super::answer::Refusal;
use super::read::{Body, Named, Query};
use super::services::document;
use super::view::{GoBack, GoingBack, Started};
use super::{Desk, Reception};

/// How many deployments of a service are told of, and how many at most.
const USUAL: usize = 20;
const MOST: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HowMany {
    most: Option<usize>,
}

/// `POST /api/deployments`, with the input of the deployment machine.
pub(super) async fn deploy(
    State(desk): State<Desk>,
    Body(request): Body<Request>,
) -> Result<(StatusCode, Json<Started>), Refusal> {
    let started = start(&desk, request)?;
    Ok((StatusCode::ACCEPTED, Json(started)))
}

/// `GET /api/deployments/{deployment}`.
pub(super) async fn record(
    State(desk): State<Desk>,
    Named(deployment): Named<DeploymentId>,
) -> Result<Json<Record>, Refusal> {
    let record = desk.account.record(&deployment);
    record.map(Json).ok_or_else(|| {
        Refusal::not_found(format!("nothing is recorded of a deployment {deployment}"))
    })
}

/// `GET /api/services/{service}/history?most=20`, newest first.
pub(super) async fn history(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Query(HowMany { most }): Query<HowMany>,
) -> Result<Json<Vec<Record>>, Refusal> {
    document(&desk, &service)?;
    Ok(Json(desk.account.history(&service, most.unwrap_or(USUAL).min(MOST))))
}

/// `POST /api/services/{service}/rollback`. A deployment under way is stopped, which takes it back;
/// otherwise the last good release is deployed, or the one that is named.
pub(super) async fn rollback(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<GoBack>,
) -> Result<(StatusCode, Json<GoingBack>), Refusal> {
    let document = document(&desk, &service)?;
    let GoBack { to, by, reason } = asked;

    if to.is_none()
        && let Some(deployment) = stop_current(&desk, &document, reason.as_deref())?
    {
        return Ok((StatusCode::ACCEPTED, Json(GoingBack::Stopping { deployment })));
    }
    let (tag, digest) = match to {
        Some(text) if text.starts_with("sha256:") => (None, Some(named(&text)?)),
        Some(text) => (Some(named(&text)?), None),
        None => {
            let digest = earlier(&desk, &service)?;
            // By its tag people know it, and by its tag its height is known. Without one it is
            // deployed all the same.
            let mut tags = desk.images.tags(&document.image, &digest).into_iter();
            (tags.rfind(|tag| document.tags.judge(tag).is_ok()), Some(digest))
        }
    };
    let request = Request { service, tag, digest, cause: Cause::Rollback, by, at: None, reason };
    let started = start(&desk, request)?;
    Ok((StatusCode::ACCEPTED, Json(GoingBack::Deployment(started))))
}

fn start(desk: &Reception, request: Request) -> Result<Started, Refusal> {
    document(desk, &request.service)?;
    if request.tag.is_none() && request.digest.is_none() {
        return Err(Refusal::invalid("say what to deploy: `tag`, `digest` or both"));
    }
    // The moment makes the name of what a person asks for: asking twice is meant.
    let at = request.at.or_else(|| Some(desk.account.now()));
    let request = Request { at, ..request };
    let deployment = desk.account.deploy(&request)?;
    Ok(Started { deployment, request })
}

fn named<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|error: T::Err| Refusal::invalid(format!("at `to`: {error}")))
}

fn earlier(desk: &Reception, service: &ServiceName) -> Result<domain::name::Digest, Refusal> {
    last_good(&desk.account.history(service, MOST)).ok_or_else(|| {
        Refusal::conflict(format!(
            "nothing that Cutover knows was good before in {service}; say `to`"
        ))
    })
}

/// Stops the deployment that holds the lease, if one does. Once ECS moves traffic, it is ECS that is
/// told: the deployment sees it and ends. Before that, there is only the execution to stop.
fn stop_current(
    desk: &Reception,
    document: &ServiceDocument,
    reason: Option<&str>,
) -> Result<Option<DeploymentId>, Refusal> {
    let desks = desk.account.desks();
    let lease = desks.into_iter().find(|it| it.service == document.name).and_then(|it| it.lease);
    let Some(holder) = lease.map(|lease| lease.holder) else { return Ok(None) };
    if desk.account.take_back(&document.place())? {
        return Ok(Some(holder));
    }
    let execution = desk.account.execution("deployment", holder.as_str());
    let why = reason.unwrap_or("somebody asked to go back");
    let stopped = execution.is_some_and(|it| it.stop(None, Some(why.to_owned())));
    Ok(stopped.then_some(holder))
}
