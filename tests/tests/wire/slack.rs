//! A Slack on this machine, which takes every message, and one too many at first; and a person who
//! reads it, presses its buttons and gives commands.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ::slack::inbound::signature::sign;
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
/// What it signs with.
pub(crate) const SIGNING: &str = "hush-signing-secret";

/// The messages that came: the method, or `reply` for what is said to who pressed, and the body.
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
        let app = Router::new()
            .route("/api/{method}", post(hear))
            .route("/reply", post(reply))
            .with_state(Arc::clone(&heard));
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("axum serves until it is stopped");
        });
        Self { url, heard, serving: serving.abort_handle() }
    }

    /// What came, in order.
    pub(crate) fn heard(&self) -> Vec<(String, Value)> {
        self.heard.lock().clone()
    }

    /// What was said last to who pressed a button.
    pub(crate) fn replied(&self) -> Option<String> {
        let heard = self.heard();
        let (_, body) = heard.iter().rev().find(|(method, _)| method == "reply")?;
        body["text"].as_str().map(str::to_owned)
    }

    /// A button of the newest message, if it is there.
    pub(crate) fn button(&self, named: &str) -> Option<Value> {
        let heard = self.heard();
        let is_message = |body: &Value| body["thread_ts"].is_null();
        let (_, message) =
            heard.iter().rev().find(|(method, body)| method != "reply" && is_message(body))?;
        let blocks = message["blocks"].as_array()?.iter();
        let mut buttons = blocks.filter_map(|block| block["elements"].as_array()).flatten();
        buttons.find(|button| button["action_id"] == named).cloned()
    }

    /// Has somebody press a button, whom a door hears.
    pub(crate) async fn press(&self, door: &str, user: &str, button: &Value) {
        let payload = json!({
            "type": "block_actions",
            "user": { "id": user },
            "response_url": self.url.replace("/api", "/reply"),
            "actions": [button],
        });
        sign_and_send(door, &[("payload", &payload.to_string())]).await;
    }
}

impl Drop for Slack {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Has somebody say `/cutover`, whom a door hears, and answers what they see.
pub(crate) async fn say(door: &str, user: &str, text: &str) -> String {
    let fields = [("command", "/cutover"), ("user_id", user), ("text", text)];
    let seen = sign_and_send(door, &fields).await;
    seen["text"].as_str().unwrap_or_else(|| panic!("{seen}")).to_owned()
}

async fn sign_and_send(door: &str, fields: &[(&str, &str)]) -> Value {
    let mut form = form_urlencoded::Serializer::new(String::new());
    let body = form.extend_pairs(fields).finish();
    let mut request = outbound::http().build().expect("a client").post(door);
    for (name, value) in sign(SIGNING, jiff::Timestamp::now(), body.as_bytes()) {
        request = request.header(name, value);
    }
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.expect("the door answers");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("JSON")
}

async fn reply(State(heard): State<Heard>, axum::Json(body): axum::Json<Value>) {
    heard.lock().push(("reply".to_owned(), body));
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
    let first = !heard.iter().any(|(method, _)| method != "reply");
    heard.push((method, body));
    if first {
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response();
    }
    let ts = format!("1772334000.{:06}", heard.len());
    axum::Json(json!({ "ok": true, "ts": ts })).into_response()
}
