//! Events of ours: what we tell the bus, and what it tells us of our executions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::name::DeploymentId;
use crate::outcome::Outcome;
use crate::release::ImagePushed;

/// An event of ours.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A tag of an image was pushed.
    ImagePushed(ImagePushed),
    /// A deployment ended.
    DeploymentEnded(Outcome),
}

impl Event {
    /// The `source` of all our events.
    pub const SOURCE: &'static str = "cutover";

    /// The `detail-type`.
    pub fn detail_type(&self) -> &'static str {
        match self {
            Self::ImagePushed(_) => "Image Pushed",
            Self::DeploymentEnded(_) => "Deployment Ended",
        }
    }

    /// The `detail`.
    pub fn detail(&self) -> Value {
        let detail = match self {
            Self::ImagePushed(pushed) => serde_json::to_value(pushed),
            Self::DeploymentEnded(outcome) => serde_json::to_value(outcome),
        };
        detail.expect("our events are made of texts, numbers and lists of them")
    }
}

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
