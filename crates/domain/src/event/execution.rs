//! What Step Functions tells of our executions.

use serde::{Deserialize, Serialize};

use crate::name::DeploymentId;

/// An execution of ours that ended otherwise than by its own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionEnded {
    /// Its name.
    pub name: DeploymentId,
    /// `FAILED`, `TIMED_OUT` or `ABORTED`; `LOST` if nobody told.
    pub status: String,
    /// The input it had, as a text; left out by Step Functions when it is large.
    #[serde(default)]
    pub input: Option<String>,
    /// The error's name.
    #[serde(default)]
    pub error: Option<String>,
    /// What it says.
    #[serde(default)]
    pub cause: Option<String>,
}

impl ExecutionEnded {
    /// One of whose end nobody was told.
    pub fn lost(name: DeploymentId) -> Self {
        Self { name, status: "LOST".into(), input: None, error: None, cause: None }
    }
}
