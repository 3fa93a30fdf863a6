//! The Runtime API of one process.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::FunctionError;

/// The header that names a function's error.
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";

/// An event on its way to the process.
pub(super) struct Invocation {
    pub(super) id: String,
    /// When the process is going to be killed, in milliseconds since 1970.
    pub(super) deadline: i64,
    pub(super) event: Vec<u8>,
    pub(super) answer: oneshot::Sender<Result<Value, FunctionError>>,
}

type Waiting = (String, oneshot::Sender<Result<Value, FunctionError>>);

struct Desk {
    events: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    waiting: Mutex<Option<Waiting>>,
    asked: watch::Sender<bool>,
    failed: Mutex<Option<FunctionError>>,
}

/// The API, open until it is dropped.
pub(super) struct Api {
    desk: Arc<Desk>,
    pub(super) address: String,
    pub(super) events: mpsc::Sender<Invocation>,
    serving: JoinHandle<()>,
}

impl Api {
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port on loopback");
        let address = listener.local_addr().expect("a listener has an address").to_string();
        let (events, receiver) = mpsc::channel(1);
        let desk = Arc::new(Desk {
            events: tokio::sync::Mutex::new(receiver),
            waiting: Mutex::default(),
            asked: watch::Sender::new(false),
            failed: Mutex::default(),
        });
        let runtime = Router::new()
            .route("/invocation/next", get(next))
            .route("/invocation/{id}/response", post(response))
            .route("/invocation/{id}/error", post(error))
            .route("/init/error", post(init_error))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&desk));
        let app = Router::new().nest("/2018-06-01/runtime", runtime);
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("axum serves until it is stopped");
        });
        Self { desk, address, events, serving }
    }

    /// Waits until the process asks for its first event.
    pub(super) async fn asked(&self) {
        let mut asked = self.desk.asked.subscribe();
        asked.wait_for(|asked| *asked).await.expect("the desk lives as long as the API");
    }

    /// Why the process said it cannot begin, if it did.
    pub(super) fn failed(&self) -> Option<FunctionError> {
        self.desk.failed.lock().clone()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    desk.asked.send_replace(true);
    let mut events = desk.events.lock().await;
    let Some(Invocation { id, deadline, event, answer }) = events.recv().await else {
        return StatusCode::GONE.into_response();
    };

    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:cutover".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1".to_owned(),
        ),
    ];
    *desk.waiting.lock() = Some((id, answer));
    (headers, event).into_response()
}

async fn response(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    let answer = serde_json::from_slice(&body).map_err(|error| {
        FunctionError::new("Runtime.InvalidResponse", format!("the answer is no JSON: {error}"))
    });
    settle(&desk, &id, answer)
}

async fn error(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    match named(&headers, &body) {
        Ok(error) => settle(&desk, &id, Err(error)),
        Err(refused) => refused,
    }
}

async fn init_error(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match named(&headers, &body) {
        Ok(error) => {
            *desk.failed.lock() = Some(error);
            StatusCode::ACCEPTED
        }
        Err(refused) => refused,
    }
}

/// The error that a body tells; AWS wants it in a header too.
fn named(headers: &HeaderMap, body: &[u8]) -> Result<FunctionError, StatusCode> {
    let body: Value = serde_json::from_slice(body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let text = |field: &str| body[field].as_str().ok_or(StatusCode::BAD_REQUEST);
    match headers.contains_key(ERROR_TYPE) {
        true => Ok(FunctionError::new(text("errorType")?, text("errorMessage")?)),
        false => Err(StatusCode::BAD_REQUEST),
    }
}

/// Hands an answer to who waits for it, if it is for the event that the process has.
fn settle(desk: &Desk, id: &str, answer: Result<Value, FunctionError>) -> StatusCode {
    let mut waiting = desk.waiting.lock();
    match waiting.take_if(|(waiting, _)| waiting == id) {
        Some((_, sender)) => {
            // Nobody waits any more if the time was over.
            let _ = sender.send(answer);
            StatusCode::ACCEPTED
        }
        None => StatusCode::BAD_REQUEST,
    }
}
