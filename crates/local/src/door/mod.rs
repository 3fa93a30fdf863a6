//! The HTTP door of a daemon: the webhooks of GitHub, Alertmanager and HCP Terraform, what people say
//! in Slack, and an API for people and programs.

mod alerts;
mod answer;
mod dead_letters;
mod deployments;
mod executions;
mod going_back;
mod guard;
mod images;
mod metrics;
mod outlook;
mod people;
mod quarantine;
mod read;
pub(crate) mod reception;
mod runs;
mod services;
mod slack;
mod story;
pub mod view;
mod webhook;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::answer::Refusal;
use self::reception::{Desk, Open, Reception};

/// How long requests in flight may take when the door closes.
const PATIENCE: Duration = Duration::from_secs(3);

/// The largest body that the API reads.
const LARGEST: usize = 1024 * 1024;

/// An open door.
#[derive(Debug)]
pub(crate) struct Door {
    address: SocketAddr,
    closing: CancellationToken,
    serving: JoinHandle<()>,
}

impl Door {
    /// Lets in whoever comes to `listening`.
    pub(crate) fn open(listening: TcpListener, reception: Reception) -> Self {
        let address =
            listening.local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
        let closing = CancellationToken::new();
        let app = app(Arc::new(Open { reception, closing: closing.clone() }));
        let closed = closing.clone().cancelled_owned();
        let serving = tokio::spawn(async move {
            let served = axum::serve(listening, app).with_graceful_shutdown(closed).await;
            if let Err(error) = served {
                tracing::error!("the door is shut: {error}");
            }
        });
        Self { address, closing, serving }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nobody in any more, and answers who is in.
    pub(crate) async fn close(mut self) {
        self.closing.cancel();
        if tokio::time::timeout(PATIENCE, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}

fn app(desk: Desk) -> Router {
    let api = Router::new()
        .route("/services", get(services::list))
        .route("/services/{service}", get(services::one))
        .route("/services/{service}/history", get(deployments::history))
        .route("/services/{service}/outlook", get(outlook::look))
        .route("/services/{service}/rollback", post(going_back::rollback))
        .route("/services/{service}/stop", post(going_back::stop))
        .route("/services/{service}/approve", post(people::approve))
        .route("/services/{service}/freeze", post(people::freeze))
        .route("/services/{service}/thaw", post(people::thaw))
        .route("/services/{service}/quarantine", get(quarantine::list).post(quarantine::put))
        .route("/services/{service}/release-quarantine", post(quarantine::lift))
        .route("/deployments", post(deployments::deploy))
        .route("/deployments/{deployment}", get(deployments::record))
        .route("/executions/{machine}/{name}/stop", post(executions::stop))
        .route("/dead-letters", get(dead_letters::list))
        .route("/dead-letters/{letter}/redrive", post(dead_letters::redrive))
        .route("/images", post(images::push))
        .route("/story", get(story::follow))
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard::admit));
    let admitted = middleware::from_fn_with_state(Arc::clone(&desk), guard::admit);

    Router::new()
        .route("/", get(welcome))
        .route("/webhooks/github", post(webhook::hear))
        .route("/webhooks/alertmanager", post(alerts::hear))
        .route("/webhooks/terraform", post(runs::hear))
        .route("/slack", post(slack::hear))
        .route("/metrics", get(metrics::tell).layer(admitted))
        .nest("/api", api)
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .with_state(desk)
}

/// What is here, for whoever opens the address in a browser.
async fn welcome() -> axum::Json<Value> {
    axum::Json(json!({
        "cutover": env!("CARGO_PKG_VERSION"),
        "webhooks": [
            "POST /webhooks/github",
            "POST /webhooks/alertmanager",
            "POST /webhooks/terraform",
            "POST /slack",
        ],
        "metrics": "GET /metrics",
        "api": [
            "GET /api/services",
            "GET /api/services/{service}",
            "GET /api/services/{service}/history?most=20",
            "GET /api/services/{service}/outlook?image=v1.4.2",
            "POST /api/services/{service}/rollback",
            "POST /api/services/{service}/stop",
            "GET /api/services/{service}/quarantine",
            "POST /api/services/{service}/quarantine",
            "POST /api/services/{service}/release-quarantine",
            "POST /api/deployments",
            "GET /api/deployments/{deployment}",
            "POST /api/executions/{machine}/{name}/stop",
            "GET /api/dead-letters",
            "POST /api/dead-letters/{letter}/redrive",
            "POST /api/images",
            "GET /api/story?after=0",
        ]
    }))
}

async fn nowhere() -> Refusal {
    Refusal::not_found("there is nothing here; `GET /` tells what there is")
}

async fn not_so() -> Refusal {
    Refusal::new(405, "MethodNotAllowed", "not with this method; `GET /` tells what there is")
}
