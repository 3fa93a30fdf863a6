//! What people say: that a deployment may go on, and that nothing new may begin.

use axum::Json;
use axum::extract::State;
use domain::approval::{Approve, Approved};
use domain::freeze::{Freeze, FreezeByHand};
use domain::name::ServiceName;

use super::answer::Refusal;
use super::read::{Body, Named};
use super::reception::Desk;
use super::services::document;
use super::view;

/// `POST /api/services/{service}/approve`: tells what was heard.
pub(super) async fn approve(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<view::Approve>,
) -> Result<Json<Approved>, Refusal> {
    document(&desk, &service)?;
    let view::Approve { deployment, by, reason } = asked;
    let ask = Approve { service, deployment, by, reason };
    Ok(Json(desk.account.approve(ask).await?))
}

/// `POST /api/services/{service}/freeze`: tells the freeze that begins.
pub(super) async fn freeze(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<view::Freeze>,
) -> Result<Json<Freeze>, Refusal> {
    document(&desk, &service)?;
    let view::Freeze { length, by, reason } = asked;
    let ask = FreezeByHand { service, length: Some(length), by, reason };
    Ok(Json(desk.account.freeze(&ask).await?))
}

/// `POST /api/services/{service}/thaw`: tells the freeze that is over.
pub(super) async fn thaw(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<view::Thaw>,
) -> Result<Json<Freeze>, Refusal> {
    document(&desk, &service)?;
    let view::Thaw { by, reason } = asked;
    let ask = FreezeByHand { service, length: None, by, reason };
    Ok(Json(desk.account.freeze(&ask).await?))
}
