//! GitHub's webhook: from a delivery to an event on the bus.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::Failure;
use github::webhook::{self, Heard, LIMIT, PATIENCE};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::answer::Refusal;
use super::reception::{Desk, Reception};
use crate::bus::Event;

/// The target that an unreadable delivery could not be handed to.
pub(super) const TARGET: &str = "receive";

/// How long a body may take. GitHub gives up after 10 seconds itself.
const SENDING: Duration = Duration::from_secs(10);

/// Beyond this no body is read to its end just to answer politely. GitHub sends 25 MB at most.
const POLITE: usize = 32 * 1024 * 1024;

/// How much of an unreadable body is kept: what an event of EventBridge can hold.
const KEPT: usize = 256 * 1024;

/// The headers that matter, which are kept with an unreadable body.
const HEADERS: [&str; 4] =
    ["x-hub-signature-256", "x-github-event", "x-github-delivery", "content-type"];

/// A delivery as it is kept when it cannot be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Delivery {
    headers: Vec<(String, String)>,
    /// The body as text, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The body in base64, where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// How many bytes the body had; more than are kept if it was very long.
    length: usize,
}

/// `POST /webhooks/github`.
pub(super) async fn hear(State(desk): State<Desk>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match arrived(body).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let heard = take(&desk, &parts.headers, &body).await;
    heard.unwrap_or_else(IntoResponse::into_response)
}

/// Hears a kept delivery once more. What still cannot be read is kept again.
pub(super) async fn hear_again(reception: &Reception, event: &Event) -> Result<Value, Refusal> {
    let kept: Delivery = Delivery::deserialize(&event.detail)
        .map_err(|error| Refusal::invalid(format!("the letter is no delivery: {error}")))?;
    let body = match (kept.body, kept.base64) {
        (Some(body), _) => body.into_bytes(),
        (None, Some(text)) => BASE64.decode(text).unwrap_or_default(),
        (None, None) => Vec::new(),
    };
    let (_, answer) = hearing(reception, &kept.headers, &body).await?;
    Ok(answer)
}

async fn take(
    reception: &Reception,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Refusal> {
    let headers: Vec<(String, String)> = HEADERS
        .into_iter()
        .filter_map(|name| {
            let value = headers.get(name)?;
            Some((name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        })
        .collect();
    let (status, answer) = hearing(reception, &headers, body).await?;
    Ok((status, Json(answer)).into_response())
}

async fn hearing(
    reception: &Reception,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<(StatusCode, Value), Refusal> {
    let Some(secrets) = &reception.secrets else {
        let message = "no `webhook_secrets` are configured, so no delivery can be trusted";
        return Err(Refusal::new(503, "Unavailable", message));
    };
    let given = headers.iter().map(|(name, value)| (name, value.as_bytes()));
    let heard = webhook::read(secrets, LIMIT, given, body).map_err(|refusal| {
        tracing::warn!("refused a delivery: {refusal}");
        if let github::Refusal::Unreadable { .. } = refusal {
            bury(reception, headers, body, &refusal.to_string());
        }
        Refusal::new(refusal.status(), refusal.name(), refusal.to_string())
    })?;

    let status = StatusCode::from_u16(heard.status()).unwrap_or(StatusCode::ACCEPTED);
    let answer = heard.answer();
    match heard {
        Heard::Ping { .. } => {}
        Heard::NotForUs { reason } => tracing::info!("passed by a delivery: {reason}"),
        Heard::Pushed(push) => {
            let pushed = push.pushed(reception.account.now()).map_err(|failure| {
                bury(reception, headers, body, &failure.to_string());
                Refusal::from(failure)
            })?;
            let received = timeout(PATIENCE, reception.account.receive(pushed)).await;
            let late = |_| Failure::Unavailable("the bus did not take it in time".into());
            received.map_err(late).flatten().map_err(|failure| {
                // Whatever the reason, it is ours, and GitHub's *Redeliver* may help.
                Refusal::new(503, "Unavailable", failure.to_string())
            })?;
        }
    }
    Ok((status, answer))
}

/// Keeps an authentic delivery that cannot be read, for a person to look at.
fn bury(reception: &Reception, headers: &[(String, String)], body: &[u8], why: &str) {
    let kept = &body[..body.len().min(KEPT)];
    let (text, base64) = match str::from_utf8(kept) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(BASE64.encode(kept))),
    };
    let delivery = Delivery { headers: headers.to_vec(), body: text, base64, length: body.len() };
    let now = reception.account.now();
    let event = Event::new("github", "Delivery Unreadable", now, json!(delivery));
    reception.account.bus().bury(event, TARGET, why);
}

/// Waits for a body, but not for ever.
pub(super) async fn arrived(body: Body) -> Result<Bytes, Refusal> {
    let late = |_| Refusal::new(408, "Timeout", "the body did not arrive within 10 seconds");
    timeout(SENDING, whole(body)).await.map_err(late).flatten()
}

/// Reads a body, or says that it is too large. That is said after it was sent: whoever still sends
/// does not hear an answer.
async fn whole(mut body: Body) -> Result<Bytes, Refusal> {
    let (mut read, mut length) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Refusal::invalid(format!("the body broke off: {error}")))?;
        let Some(data) = frame.data_ref() else { continue };
        length = length.saturating_add(data.len());
        if length > POLITE {
            break;
        }
        match length > LIMIT {
            true => read = Vec::new(),
            false => read.extend_from_slice(data),
        }
    }
    if length > LIMIT {
        let refusal = github::Refusal::TooLarge { length, limit: LIMIT };
        return Err(Refusal::new(refusal.status(), refusal.name(), refusal.to_string()));
    }
    Ok(read.into())
}
