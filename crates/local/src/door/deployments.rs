//! Deployments: asked for, followed, looked up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::name::{DeploymentId, ServiceName};
use domain::record::Record;
use domain::request::Request;
use serde::Deserialize;

use super::answer::Refusal;
use super::read::{Body, Named, Query};
use super::reception::{Desk, Reception};
use super::services::document;
use super::view::Started;

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
