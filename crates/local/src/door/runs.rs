//! The notifications of HCP Terraform: from a run to an event on the bus.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Failure;
use hcp::notification::{self, Heard, LIMIT, PATIENCE};
use hcp::signature::HEADER;
use tokio::time::timeout;

use super::answer::Refusal;
use super::reception::Desk;
use super::webhook::arrived;

/// `POST /webhooks/terraform`.
pub(super) async fn hear(State(desk): State<Desk>, request: Request) -> Response {
    match take(&desk, request).await {
        Ok(heard) => {
            let status = StatusCode::from_u16(heard.status()).unwrap_or(StatusCode::ACCEPTED);
            (status, Json(heard.answer())).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn take(desk: &Desk, request: Request) -> Result<Heard, Refusal> {
    let Some(secrets) = &desk.hcp_secrets else {
        let message = "no `hcp_signing_secrets` are configured, so no run can be believed";
        return Err(Refusal::new(503, "Unavailable", message));
    };
    let (parts, body) = request.into_parts();
    let body = arrived(body).await?;
    let signed = parts.headers.get(HEADER).and_then(|signed| signed.to_str().ok());
    let heard = notification::read(secrets, LIMIT, signed, &body, desk.account.now());
    let heard = heard.map_err(|refusal| {
        tracing::warn!("refused a notification: {refusal}");
        Refusal::new(refusal.status(), refusal.name(), refusal.to_string())
    })?;

    match &heard {
        Heard::Verification => {}
        Heard::NotForUs { reason } => tracing::info!("passed by a notification: {reason}"),
        Heard::Run(run) => {
            let received = timeout(PATIENCE, desk.account.receive_run(run.clone())).await;
            let late = |_| Failure::Unavailable("the bus did not take it in time".into());
            received
                .map_err(late)
                .flatten()
                .map_err(|failure| Refusal::new(503, "Unavailable", failure.to_string()))?;
        }
    }
    Ok(heard)
}
