//! AWS JSON 1.1: the operation is in a header, input and answer are JSON, times are seconds.
//!
//! Source: the Smithy specification, *AWS JSON 1.1 protocol*.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
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

/// Reads the input of an operation. A member that is not known is refused, not ignored.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let input: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::unreadable(format!("the body is not JSON: {error}")))?;
    if !input.is_object() {
        return Err(Refusal::unreadable("the body is JSON and must be an object"));
    }
    serde_path_to_error::deserialize(input).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!("{path}: ") };
        Refusal::invalid(format!("{place}{}", error.into_inner()))
    })
}

/// A moment as the protocol writes it: seconds of the epoch. ECS tells milliseconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds stay exact for 285,000 years")]
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// A moment as the protocol writes it.
pub(super) fn moment(field: &str, seconds: f64) -> Result<Timestamp, Refusal> {
    let since = SignedDuration::try_from_secs_f64(seconds);
    let moment = since.and_then(Timestamp::from_duration);
    moment.map_err(|error| Refusal::invalid(format!("{field} is {seconds:?}: {error}")))
}

/// An answer without the members that have no value: AWS leaves them out.
pub(super) fn present(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, present(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(present).collect(),
        value => value,
    }
}
