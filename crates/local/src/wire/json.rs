//! AWS JSON 1.1: the operation is in a header, input and answer are JSON, times are seconds.
//!
//! Source: the Smithy specification, *AWS JSON 1.1 protocol*.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal::Refusal;
use super::{ecs, fault, logs};
use crate::account::Account;
use crate::plant::Plant;

/// The header that names the operation.
pub(super) const TARGET: &str = "x-amz-target";
/// What a target begins with: the service and the version of its API.
const ECS: &str = "AmazonEC2ContainerServiceV20141113.";
const LOGS: &str = "Logs_20140328.";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Answers a call of ECS or of CloudWatch Logs.
pub(super) async fn answer<P: Plant>(
    account: &Account<P>,
    content_type: &str,
    target: Option<&[u8]>,
    body: Result<Bytes, Refusal>,
) -> Response {
    let target = target.map(String::from_utf8_lossy).unwrap_or_default();
    let of_ecs = target.strip_prefix(ECS).and_then(ecs::operation);
    let of_logs = || target.strip_prefix(LOGS).and_then(logs::operation);
    let Some((name, call)) = of_ecs.or_else(of_logs) else {
        let message = format!("{TARGET} is {target:?}, which is no operation that is had here");
        return response(Err(Refusal::new("UnknownOperationException", message)));
    };
    let body = body.and_then(|body| match content_type {
        CONTENT_TYPE => Ok(body),
        other => Err(Refusal::unreadable(format!(
            "the content type is {other:?} and must be {CONTENT_TYPE:?}"
        ))),
    });

    fault::make(account, name, || response(body.and_then(|body| call(account, &body)))).await
}

fn response(answer: Result<Value, Refusal>) -> Response {
    let (status, body, error) = match answer {
        Ok(body) => (StatusCode::OK, body, None),
        Err(Refusal { code, message }) => {
            (StatusCode::BAD_REQUEST, json!({ "__type": code, "message": message }), Some(code))
        }
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, CONTENT_TYPE)
        .header("x-amzn-requestid", Uuid::new_v4().to_string());
    if let Some(code) = error {
        response = response.header("x-amzn-errortype", code);
    }
    response.body(Body::from(body.to_string())).expect("these headers are plain")
}
