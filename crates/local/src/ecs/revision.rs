//! What a service runs: an immutable record of a task definition at one time.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// As much of a task definition as a deployment needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDefinition {
    /// Its ARN with its revision: `arn:aws:ecs:…:task-definition/checkout:7`.
    pub arn: String,
    /// The image of its essential container: `ghcr.io/acme/checkout@sha256:…`.
    pub image: String,
    /// What else was registered, in the words of `RegisterTaskDefinition`. Nothing here depends on
    /// it; whoever copies a task definition must find all of it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Arc<Value>>,
}

impl TaskDefinition {
    /// A task definition of which nothing but the image is said.
    pub fn new(arn: impl Into<String>, image: impl Into<String>) -> Self {
        Self { arn: arn.into(), image: image.into(), rest: None }
    }
}

/// Which revision of its service: 1 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RevisionNumber(pub u32);

/// A service revision, as `DescribeServiceRevisions` tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    pub(super) number: RevisionNumber,
    /// Its ARN: `serviceRevisionArn`.
    pub arn: String,
    /// What it runs.
    pub task_definition: TaskDefinition,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Revision {
    /// The digest of its image, `sha256:…`; `None` when the task definition names none.
    pub fn image_digest(&self) -> Option<&str> {
        self.task_definition.image.split_once('@').map(|(_, digest)| digest)
    }
}
