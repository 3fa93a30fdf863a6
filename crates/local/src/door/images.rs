//! The registry's door.

use axum::Json;
use axum::extract::State;

use super::answer::Refusal;
use super::read::Body;
use super::reception::Desk;
use super::view::{NewImage, Pushed};

/// `POST /api/images`: puts an image into this machine's registry. Nothing is deployed by it; that
/// follows from the webhook, as it does from GitHub's registry.
pub(super) async fn push(
    State(desk): State<Desk>,
    Body(new): Body<NewImage>,
) -> Result<Json<Pushed>, Refusal> {
    let NewImage { image, tag, artifact } = new;
    if artifact.command.first().is_none_or(|program| program.trim().is_empty()) {
        return Err(Refusal::invalid("at `artifact.command`: give a program and its arguments"));
    }
    let digest = desk.account.push(&image, &tag, artifact);
    Ok(Json(Pushed { image, tag, digest }))
}
