//! Executions, as a person at the console treats them.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::answer::Refusal;
use super::reception::Desk;

/// `POST /api/executions/{machine}/{name}/stop`: safe at any time, because the recovery machine
/// takes back what the execution left.
pub(super) async fn stop(
    State(desk): State<Desk>,
    Path((machine, name)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let execution = desk.account.execution(&machine, &name).ok_or_else(|| {
        Refusal::not_found(format!("no execution {name} of the machine {machine} runs"))
    })?;
    match execution.stop(None, Some("somebody stopped it".to_owned())) {
        true => Ok(Json(json!({ "stopped": name }))),
        false => Err(Refusal::conflict(format!("{name} ended before"))),
    }
}
