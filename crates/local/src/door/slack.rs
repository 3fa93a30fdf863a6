//! The buttons and commands of Slack: from a request to what somebody is told.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::Failure;
use domain::people::{Answer, Ask};
use serde_json::{Value, json};
use slack::inbound::{self, Heard, PATIENCE};
use tokio::time::timeout;

use super::answer::Refusal;
use super::reception::Desk;
use super::webhook::arrived;

/// `POST /slack`.
pub(super) async fn hear(State(desk): State<Desk>, request: Request) -> Response {
    match take(&desk, request).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn take(desk: &Desk, request: Request) -> Result<Value, Refusal> {
    let Some((secrets, replies)) = &desk.slack else {
        let message = "no `slack_signing_secrets` are configured, so nobody can be believed";
        return Err(Refusal::new(503, "Unavailable", message));
    };
    let (parts, body) = request.into_parts();
    let body = arrived(body).await?;
    let heard = inbound::read(secrets, desk.account.now(), &parts.headers, &body);
    let heard = heard.map_err(|refusal| {
        tracing::warn!("refused a request of Slack: {refusal}");
        Refusal::new(refusal.status(), refusal.name(), refusal.to_string())
    })?;

    Ok(match heard {
        Heard::Asked(ask) => inbound::reply(&press(desk, ask).await),
        Heard::Pressed { wish, answer_at } => {
            let said = inbound::reply(&press(desk, Ask::Wish(wish)).await);
            let sent = replies.send(answer_at.as_deref().unwrap_or_default(), &said).await;
            if let Err(failure) = sent {
                tracing::warn!("{failure}");
            }
            json!({})
        }
        Heard::Lost(usage) => inbound::usage(&usage),
        Heard::NotForUs(why) => {
            tracing::info!("passed by a request of Slack: {why}");
            json!({})
        }
    })
}

/// Does what somebody wants, while Slack still listens.
async fn press(desk: &Desk, ask: Ask) -> Result<Answer, Failure> {
    let answered = timeout(PATIENCE, desk.account.press(ask)).await;
    answered.unwrap_or_else(|_| Err(Failure::Unavailable("it took too long".into())))
}
