//! Going back, and stopping what is under way.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::name::ServiceName;
use domain::trigger::GoBack;

use super::answer::Refusal;
use super::read::{Body, Named};
use super::reception::Desk;
use super::services::document;
use super::view::{self, GoingBack, Stopping};

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

    let going = desk.account.go_back(&ask).await?;
    Ok((StatusCode::ACCEPTED, Json(going.into())))
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

    match desk.account.go_back(&ask).await?.into() {
        GoingBack::Stopping(stopping) => Ok((StatusCode::ACCEPTED, Json(stopping))),
        GoingBack::Deployment(_) => Err(Refusal::conflict("there is nothing to stop")),
    }
}
