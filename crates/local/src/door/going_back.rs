//! Going back, and stopping what is under way.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::attribution::WayBack;
use domain::name::{DeploymentId, ServiceName};
use domain::trigger::GoBack;

use super::answer::Refusal;
use super::read::{Body, Named};
use super::services::document;
use super::view::{self, GoingBack, Started, Stopping};
use super::{Desk, Reception};

/// `POST /api/services/{service}/rollback`. A deployment under way is stopped, which takes it back;
/// otherwise the last good release is deployed, or the one that is named.
pub(super) async fn rollback(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<view::GoBack>,
) -> Result<(StatusCode, Json<GoingBack>), Refusal> {
    document(&desk, &service)?;
    let view::GoBack { to, by, reason } = asked;
    let ask = GoBack { service, to, stop: false, leave: None, by, reason };

    if ask.to.is_none()
        && let Some(stopping) = stop_unlaunched(&desk, &ask)
    {
        return Ok((StatusCode::ACCEPTED, Json(GoingBack::Stopping(stopping))));
    }
    let found = desk.account.go_back(&ask).await?;
    let going = match (found.deploy, found.stop) {
        (Some(WayBack { name, input, .. }), _) => {
            GoingBack::Deployment(Started { deployment: name, request: input })
        }
        (None, Some(stop)) => GoingBack::Stopping(Stopping { deployment: stop.deployment }),
        (None, None) => return Err(Refusal::conflict(found.why)),
    };
    Ok((StatusCode::ACCEPTED, Json(going)))
}

/// `POST /api/services/{service}/stop`. What is under way is stopped and taken back; nothing else is
/// done.
pub(super) async fn stop(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<view::Stop>,
) -> Result<(StatusCode, Json<Stopping>), Refusal> {
    document(&desk, &service)?;
    let view::Stop { by, reason } = asked;
    let ask = GoBack { service, to: None, stop: true, leave: None, by, reason };

    if let Some(stopping) = stop_unlaunched(&desk, &ask) {
        return Ok((StatusCode::ACCEPTED, Json(stopping)));
    }
    let found = desk.account.go_back(&ask).await?;
    let stop = found.stop.ok_or_else(|| Refusal::conflict(found.why))?;
    Ok((StatusCode::ACCEPTED, Json(Stopping { deployment: stop.deployment })))
}

/// Stops the deployment that holds the lease and has not told ECS to begin yet: there is only its
/// execution to stop.
fn stop_unlaunched(desk: &Reception, ask: &GoBack) -> Option<Stopping> {
    let deployment: DeploymentId = desk.account.desk(&ask.service).unlaunched()?.clone();
    let execution = desk.account.execution("deployment", deployment.as_str())?;
    execution.stop(None, Some(ask.why())).then_some(Stopping { deployment })
}
