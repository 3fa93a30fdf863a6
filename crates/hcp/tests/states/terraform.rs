//! An HCP Terraform on this machine, and beside it the place where it keeps states, which is another
//! host: it gives them to whoever knows the address, and wants no token.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, LOCATION, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// What shows HCP Terraform that we may ask.
pub(crate) const TOKEN: &str = "hush-hcp-token";
/// What makes the address of a state one that only its readers know.
pub(crate) const SIGNED: &str = "hush-presigned";

/// What an HCP Terraform does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Behaviour {
    /// Answers everything with this status.
    pub(crate) answers: Option<u16>,
    /// The workspace's state, if it has one.
    pub(crate) state: Option<Vec<u8>>,
    /// How the run stands that has its turn, if there is one.
    pub(crate) run: Option<&'static str>,
    /// Breaks the state off.
    pub(crate) breaks_off: bool,
    /// Where it sends whoever asks for a state, instead of to where it is.
    pub(crate) sends_on: Option<String>,
    /// What the place answers that keeps the states.
    pub(crate) kept: Option<u16>,
}

/// A request: whom, for what, and what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) host: &'static str,
    pub(crate) path: String,
    pub(crate) shown: Option<String>,
}

#[derive(Default)]
struct Books {
    behaviour: Mutex<Behaviour>,
    asked: Mutex<Vec<Asked>>,
    kept_at: Mutex<String>,
}

/// An HCP Terraform, open until it is dropped, with the workspace `acme/shop`.
pub(crate) struct Terraform {
    pub(crate) url: String,
    books: Arc<Books>,
    serving: [AbortHandle; 2],
}

impl Terraform {
    pub(crate) async fn open(behaviour: Behaviour) -> Self {
        let books = Arc::new(Books { behaviour: Mutex::new(behaviour), ..Books::default() });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&books));
        let (url, api) = serve(app).await;
        let app = Router::new().fallback(keep).with_state(Arc::clone(&books));
        let (kept_at, archive) = serve(app).await;
        *books.kept_at.lock() = kept_at;
        Self { url, books, serving: [api, archive] }
    }

    /// Behaves otherwise from now on.
    pub(crate) fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.books.behaviour.lock());
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.books.asked.lock().clone()
    }
}

impl Drop for Terraform {
    fn drop(&mut self) {
        self.serving.iter().for_each(AbortHandle::abort);
    }
}

async fn serve(app: Router) -> (String, AbortHandle) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move {
        axum::serve(listener, app).await.expect("axum serves until it is stopped");
    });
    (url, serving.abort_handle())
}

fn note(books: &Books, host: &'static str, request: &Request) -> Asked {
    let shown = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let path = request.uri().path().to_owned();
    let asked = Asked { host, path, shown: shown.map(str::to_owned) };
    books.asked.lock().push(asked.clone());
    asked
}

async fn answer(State(books): State<Arc<Books>>, request: Request) -> Response {
    let asked = note(&books, "api", &request);
    let behaviour = books.behaviour.lock().clone();
    if let Some(status) = behaviour.answers {
        let status = StatusCode::from_u16(status).expect("a status");
        return (status, [(RETRY_AFTER, "7")], "<html>").into_response();
    }
    if asked.shown != Some(format!("Bearer {TOKEN}")) {
        return (StatusCode::UNAUTHORIZED, "unauthorized").into_response();
    }
    let found = match asked.path.as_str() {
        "/api/v2/organizations/acme/workspaces/shop" => Some(workspace(behaviour.run.is_some())),
        "/api/v2/runs/run-1" => behaviour.run.map(run),
        "/api/v2/workspaces/ws-1/current-state-version" => behaviour.state.map(|_| version()),
        "/api/state-versions/sv-1/hosted_state" => {
            let kept_at = books.kept_at.lock().clone();
            let at = behaviour.sends_on.unwrap_or(format!("{kept_at}/v1/object/{SIGNED}"));
            return (StatusCode::FOUND, [(LOCATION, at)]).into_response();
        }
        _ => None,
    };
    match found {
        Some(found) => axum::Json(found).into_response(),
        None => (StatusCode::NOT_FOUND, "not found").into_response(),
    }
}

fn workspace(has_run: bool) -> Value {
    let run = has_run.then(|| json!({ "id": "run-1", "type": "runs" }));
    json!({ "data": {
        "id": "ws-1", "type": "workspaces", "attributes": { "name": "shop", "locked": has_run },
        "relationships": {
            "organization": { "data": { "id": "acme", "type": "organizations" } },
            "current-run": { "data": run }
        }
    } })
}

fn run(status: &str) -> Value {
    json!({ "data": { "id": "run-1", "type": "runs", "attributes": { "status": status } } })
}

fn version() -> Value {
    json!({ "data": {
        "id": "sv-1", "type": "state-versions",
        "attributes": {
            "serial": 9, "hosted-state-download-url": "/api/state-versions/sv-1/hosted_state"
        }
    } })
}

/// Where the states are.
async fn keep(State(books): State<Arc<Books>>, request: Request) -> Response {
    let asked = note(&books, "archive", &request);
    let behaviour = books.behaviour.lock().clone();
    if let Some(status) = behaviour.kept {
        return (StatusCode::from_u16(status).expect("a status"), "<html>").into_response();
    }
    let state = behaviour.state.filter(|_| asked.path.ends_with(SIGNED));
    let Some(state) = state else { return StatusCode::NOT_FOUND.into_response() };
    match behaviour.breaks_off {
        false => Body::from(state).into_response(),
        true => Body::from_stream(half(&state)).into_response(),
    }
}

/// Half of a state, and then the connection is lost.
fn half(state: &[u8]) -> impl Stream<Item = io::Result<Vec<u8>>> + use<> {
    let half = state[..state.len() / 2].to_vec();
    stream::once(async { Ok(half) }).chain(stream::once(async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(io::Error::other("the connection is lost"))
    }))
}
