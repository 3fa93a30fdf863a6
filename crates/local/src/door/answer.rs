//! What the door answers when it does not do what was asked.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Failure;
use serde_json::json;

use crate::account::NotStarted;

/// A refusal: a status, a name that a program branches on, and a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    name: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, name, message: message.into() }
    }

    /// The input can never work.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "Invalid", message)
    }

    /// There is no such thing.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NotFound", message)
    }

    /// It must not be done as things stand.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "Refused", message)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let status = match &failure {
            Failure::Invalid(_) => 400,
            Failure::Refused(_) | Failure::Busy(_) => 409,
            Failure::Unavailable(_) => 503,
        };
        Self::new(status, failure.name(), failure.to_string())
    }
}

impl From<NotStarted> for Refusal {
    fn from(error: NotStarted) -> Self {
        match error {
            NotStarted::AlreadyExists(_) => Self::conflict(error.to_string()),
            NotStarted::NoMachine(_) => Self::not_found(error.to_string()),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.name, "message": self.message });
        (self.status, Json(body)).into_response()
    }
}
