//! What ECS answers when it refuses a call.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A refused call, named as AWS names it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The exception's name.
    pub code: ErrorCode,
    /// What was wrong, in a sentence without a full stop.
    pub message: String,
}

/// The exceptions this model raises, by AWS's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// A parameter has a value that cannot be.
    InvalidParameterException,
    /// The call is not possible as things stand.
    ClientException,
    /// The deployment is in no state for this.
    ConflictException,
    /// There is no such service deployment.
    ServiceDeploymentNotFoundException,
}

impl ErrorCode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidParameterException => "InvalidParameterException",
            Self::ClientException => "ClientException",
            Self::ConflictException => "ConflictException",
            Self::ServiceDeploymentNotFoundException => "ServiceDeploymentNotFoundException",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ApiError {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidParameterException, message: message.into() }
    }

    pub(super) fn client(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::ClientException, message: message.into() }
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::ConflictException, message: message.into() }
    }

    pub(super) fn no_deployment(arn: &str) -> Self {
        Self {
            code: ErrorCode::ServiceDeploymentNotFoundException,
            message: format!("there is no service deployment {arn}"),
        }
    }
}
