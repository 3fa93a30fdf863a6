//! The test listener of the load balancer: what smoke requests reach.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use local::account::Account;
use local::plant::{Ask, Plant as _};
use tests::Plant;
use tokio::net::TcpListener;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, Semaphore};
use tokio::task::AbortHandle;

/// A listener in front of a service's green tasks.
#[derive(Debug)]
pub(crate) struct TestListener {
    pub(crate) address: SocketAddr,
    gate: Arc<Gate>,
    serving: AbortHandle,
}

/// Where requests can be held.
#[derive(Debug)]
struct Gate {
    /// Each request goes through as a reader; a writer holds them all.
    open: Arc<RwLock<()>>,
    /// One permit for each request that came.
    came: Semaphore,
}

impl TestListener {
    /// Binds a listener, so that documents can name it before there is a service.
    pub(crate) async fn bind() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        (listener, address)
    }

    /// Begins to ask the tasks of `service`.
    pub(crate) fn open(
        listener: TcpListener,
        address: SocketAddr,
        account: &Account<Plant>,
        service: &str,
    ) -> Self {
        let gate = Arc::new(Gate { open: Arc::default(), came: Semaphore::new(0) });
        let state = (account.clone(), service.to_owned(), Arc::clone(&gate));
        let app = Router::new().fallback(ask).with_state(state);
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("axum serves until it is stopped");
        });
        Self { address, gate, serving: serving.abort_handle() }
    }

    /// Holds every request until what it answers is dropped.
    pub(crate) async fn hold(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.gate.open).write_owned().await
    }

    /// Waits until a request has come.
    pub(crate) async fn asked(&self) {
        self.gate.came.acquire().await.expect("an open gate").forget();
    }
}

impl Drop for TestListener {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn ask(
    State((account, service, gate)): State<(Account<Plant>, String, Arc<Gate>)>,
    request: Request<Body>,
) -> Response {
    gate.came.add_permits(1);
    let _through = gate.open.read().await;
    let ask = Ask {
        method: request.method().to_string(),
        path: request.uri().to_string(),
        headers: Vec::new(),
        timeout_ms: u64::try_from(Duration::from_secs(10).as_millis()).expect("ten seconds"),
    };
    match account.plant().ask(&service, &ask).await {
        Ok(answer) => {
            let status = StatusCode::from_u16(answer.status).expect("a status");
            (status, answer.body).into_response()
        }
        // No target is healthy.
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
    }
}
