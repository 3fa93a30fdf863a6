//! What is in quarantine, put there and lifted by hand.

use axum::Json;
use axum::extract::State;
use domain::name::ServiceName;
use domain::quarantine::{InForce, Quarantine};

use super::answer::Refusal;
use super::read::{Body, Named};
use super::reception::Desk;
use super::services::document;
use super::view::{ByHand, Quarantined};

/// `GET /api/services/{service}/quarantine`, the oldest first.
pub(super) async fn list(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
) -> Result<Json<Vec<Quarantined>>, Refusal> {
    document(&desk, &service)?;
    Ok(Json(Quarantined::of(&desk.account.desk(&service), desk.account.now())))
}

/// `POST /api/services/{service}/quarantine`.
pub(super) async fn put(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<ByHand>,
) -> Result<Json<InForce>, Refusal> {
    document(&desk, &service)?;
    Ok(Json(desk.account.quarantine(&asked.of(service)).await?))
}

/// `POST /api/services/{service}/release-quarantine`: tells what was lifted.
pub(super) async fn lift(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Body(asked): Body<ByHand>,
) -> Result<Json<Quarantine>, Refusal> {
    document(&desk, &service)?;
    Ok(Json(desk.account.lift(&asked.of(service)).await?))
}
