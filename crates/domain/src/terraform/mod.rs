//! What Terraform does to what a service stands on: its lock, its states, and what they come to.
//!
//! Source: Terraform's `internal/states/statefile/version4.go` (states), `internal/backend/remote-state/s3`
//! and `internal/states/statemgr/locker.go` (locks).

mod answer;
mod backend;
mod change;
mod heard;
mod lock;
mod memory;
mod run;
mod state;
mod written;

pub use answer::{Answer, Look};
pub use backend::{Backend, Workspace};
pub use change::{Change, changes};
pub use heard::Heard;
pub use lock::Lock;
pub use memory::{Frozen, Memory, Onto};
pub use run::{Run, RunStatus};
pub use state::{Seen, Unreadable, Watch, read};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::written::Written;

/// What of a Terraform state a service stands on. What is not named here is not read. The state is in
/// S3 (`bucket` and `key`), or in HCP Terraform (`organization` and `workspace`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct Terraform {
    /// Where the state is.
    pub backend: Backend,
    /// The output that is the ARN of the task definition.
    pub template: Option<String>,
    /// Outputs that tell of the data layer.
    pub outputs: Vec<String>,
    /// Addresses of resources that the service cannot do without.
    pub resources: Vec<String>,
}

impl Terraform {
    /// Where the state is, for people.
    pub fn address(&self) -> String {
        self.backend.to_string()
    }

    /// What does not make sense though each field is well formed: where, and what would be right.
    pub(crate) fn nonsense(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = self.backend.nonsense();
        if self.template.is_none() && self.outputs.is_empty() && self.resources.is_empty() {
            let what = "say what the service stands on: `template`, `outputs` or `resources`";
            mistakes.push(("", what.to_owned()));
        }
        mistakes
    }
}

#[cfg(test)]
mod tests;
