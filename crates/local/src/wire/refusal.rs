//! What is answered when it is not done.

use domain::service::Place;

use crate::ecs::ApiError;

/// A refusal, by the name that AWS has for it, with a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The request is not in the language of the protocol.
    pub(super) fn unreadable(message: impl Into<String>) -> Self {
        Self::new("SerializationException", message)
    }

    /// A parameter has a value that cannot be.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// A parameter must be given.
    pub(super) fn missing(parameter: &str) -> Self {
        Self::invalid(format!("{parameter} can not be empty"))
    }

    pub(super) fn no_service(place: &Place) -> Self {
        Self::new("ServiceNotFoundException", format!("there is no service {place}"))
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::new(error.code.as_str(), error.message)
    }
}
