//! A Slack on this machine, which takes every message, and one too many at first.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub(crate) const TOKEN: &str = "xoxb-hush-slack-token";

/// The messages that came: the method and the body.
type Heard = Arc<Mutex<Vec<(String, Value)>>>;

/// A Slack.
#[derive(Debug)]
pub(crate) struct Slack {
    pub(crate) url: String,
    heard: Heard,
    serving: AbortHandle,
}

impl Slack {
    /// Opens one.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let heard = Heard::default();
        let app = Router::new().route("/api/{method}", post(hear)).with_state(Arc::clone(&heard));
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("axum serves until it is stopped");
        });
        Self { url, heard, serving: serving.abort_handle() }
    }

    /// What came, in order.
    pub(crate) fn heard(&self) -> Vec<(String, Value)> {
        self.heard.lock().clone()
    }
}

impl Drop for Slack {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn hear(
    State(heard): State<Heard>,
    Path(method): Path<String>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<Value>,
) -> Response {
    let mut heard = heard.lock();
    if headers.get("authorization").is_none_or(|it| it != format!("Bearer {TOKEN}").as_str()) {
        return axum::Json(json!({ "ok": false, "error": "invalid_auth" })).into_response();
    }
    let first = heard.is_empty();
    heard.push((method, body));
    if first {
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response();
    }
    let ts = format!("1772334000.{:06}", heard.len());
    axum::Json(json!({ "ok": true, "ts": ts })).into_response()
}
