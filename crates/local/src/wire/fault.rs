//! Calls that fail where a test says so.

use axum::body::{Body, Bytes};
use axum::response::Response;
use http_body_util::{Full, Limited};

use crate::account::{Account, Fault};
use crate::plant::Plant;

/// Makes a call, or lets it fail as the [account's calls](Account::calls) say.
pub(super) async fn make<P: Plant>(
    account: &Account<P>,
    name: &'static str,
    call: impl FnOnce() -> Response,
) -> Response {
    match account.calls().next(name) {
        None => call(),
        Some(Fault::Before) => broken(),
        Some(Fault::After) => {
            call();
            broken()
        }
        Some(Fault::Hang) => {
            call();
            account.clone().closed().await;
            broken()
        }
        Some(Fault::Slow(later)) => {
            tokio::time::sleep(later).await;
            call()
        }
    }
}

/// An answer in the middle of which the connection breaks: its body is longer than it may be.
fn broken() -> Response {
    Response::new(Body::new(Limited::new(Full::new(Bytes::from_static(b"{}")), 1)))
}
