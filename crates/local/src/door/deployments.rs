//! Deployments: asked for, followed, looked up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::attribution::WayBack;
use domain::name::{DeploymentId, ServiceName};
use domain::record::Record;
use domain::request::Request;
use domain::trigger::GoBack;
use serde::Deserialize;

use super::answer::Refusal;
use super::read::{Body, Named, Query};
use super::services::document;
use super::view::{self, GoingBack, Started};
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
    Body(asked): Body<view::GoBack>,
) -> Result<(StatusCode, Json<GoingBack>), Refusal> {
    document(&desk, &service)?;
    let view::GoBack { to, by, reason } = asked;

    if to.is_none()
        && let Some(deployment) = stop_unlaunched(&desk, &service, reason.as_deref())
    {
        return Ok((StatusCode::ACCEPTED, Json(GoingBack::Stopping { deployment })));
    }
    let found = desk.account.go_back(&GoBack { service, to, by, reason }).await?;
    let going = match (found.deploy, found.stop) {
        (Some(WayBack { name, input, .. }), _) => {
            GoingBack::Deployment(Started { deployment: name, request: input })
        }
        (None, Some(stop)) => GoingBack::Stopping { deployment: stop.deployment },
        (None, None) => return Err(Refusal::conflict(found.why)),
    };
    Ok((StatusCode::ACCEPTED, Json(going)))
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

/// Stops the deployment that holds the lease and has not told ECS to begin yet: there is only its
/// execution to stop.
fn stop_unlaunched(
    desk: &Reception,
    service: &ServiceName,
    reason: Option<&str>,
) -> Option<DeploymentId> {
    let desks = desk.account.desks();
    let held = desks.into_iter().find(|it| it.service == *service && it.watcher.is_none())?;
    let holder = held.lease?.holder;
    let execution = desk.account.execution("deployment", holder.as_str());
    let why = reason.unwrap_or("somebody asked to go back");
    execution.is_some_and(|it| it.stop(None, Some(why.to_owned()))).then_some(holder)
}
