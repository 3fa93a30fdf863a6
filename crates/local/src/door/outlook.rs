//! What a deployment would meet if it began now.

use axum::Json;
use axum::extract::State;
use domain::name::ServiceName;
use domain::outlook::Outlook;
use serde::Deserialize;

use super::answer::Refusal;
use super::read::{Named, Query};
use super::reception::Desk;
use super::services::document;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    image: Option<String>,
}

/// `GET /api/services/{service}/outlook?image=v1.4.2`, by tag or digest; without, of what serves.
pub(super) async fn look(
    State(desk): State<Desk>,
    Named(service): Named<ServiceName>,
    Query(Which { image }): Query<Which>,
) -> Result<Json<Outlook>, Refusal> {
    let document = document(&desk, &service)?;
    let reference = image.map(|image| image.parse()).transpose();
    let reference = reference.map_err(|error| Refusal::invalid(format!("at `image`: {error}")))?;
    Ok(Json(desk.account.outlook(document, reference.as_ref()).await?))
}
