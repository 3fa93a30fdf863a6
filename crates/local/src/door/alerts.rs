//! Alertmanager's webhook: from a delivery to events on the bus.

use alertmanager::webhook::{self, LIMIT};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use domain::alert::Alerts;
use serde_json::Value;

use super::answer::Refusal;
use super::reception::Desk;
use super::webhook::arrived;

/// `POST /webhooks/alertmanager`.
pub(super) async fn hear(State(desk): State<Desk>, request: Request) -> Response {
    match take(&desk, request).await {
        Ok(answer) => (StatusCode::ACCEPTED, Json(answer)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn take(desk: &Desk, request: Request) -> Result<Value, Refusal> {
    let Some(tokens) = &desk.alert_tokens else {
        let message = "no `alert_tokens` are configured, so no alert can be believed";
        return Err(Refusal::new(503, "Unavailable", message));
    };
    let (parts, body) = request.into_parts();
    let body = arrived(body).await?;
    let shown = parts.headers.get(AUTHORIZATION).and_then(|shown| shown.to_str().ok());
    let heard = webhook::read(tokens, LIMIT, shown, &body).map_err(|refusal| {
        tracing::warn!("refused alerts: {refusal}");
        Refusal::new(refusal.status(), refusal.name(), refusal.to_string())
    })?;

    let answer = heard.answer();
    // Alertmanager tries again what ends with 5xx.
    let unheard = |failure: domain::Failure| Refusal::new(503, "Unavailable", failure.to_string());
    desk.account.alert(Alerts { alerts: heard.alerts }).await.map_err(unheard)?;
    Ok(answer)
}
