//! What is measured, for a Prometheus.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::reception::Desk;

/// `GET /metrics`.
pub(super) async fn tell(State(desk): State<Desk>) -> impl IntoResponse {
    ([(CONTENT_TYPE, exposition::CONTENT_TYPE)], desk.account.metrics())
}
