//! What nobody could take.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::read::Named;
use super::reception::Desk;
use super::webhook;
use crate::bus::DeadLetter;

/// `GET /api/dead-letters`.
pub(super) async fn list(State(desk): State<Desk>) -> Json<Vec<DeadLetter>> {
    Json(desk.account.dead_letters())
}

/// `POST /api/dead-letters/{letter}/redrive`.
pub(super) async fn redrive(
    State(desk): State<Desk>,
    Named(letter): Named<u64>,
) -> Result<Json<Value>, Refusal> {
    let bus = desk.account.bus();
    let gone = || Refusal::not_found(format!("there is no dead letter {letter}"));
    let known = bus.dead_letters().into_iter().find(|it| it.id == letter).ok_or_else(gone)?;

    if &*known.target == webhook::TARGET {
        let letter = bus.take(letter).ok_or_else(gone)?;
        return webhook::hear_again(&desk, &letter.event).await.map(Json);
    }
    match bus.redrive(letter) {
        true => Ok(Json(json!({ "redriven": letter }))),
        false => Err(gone()),
    }
}
