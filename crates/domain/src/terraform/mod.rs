//! What Terraform does to what a service stands on: its lock, its states, and what they come to.
//!
//! Source: Terraform's `internal/states/statefile/version4.go` (states), `internal/backend/remote-state/s3`
//! and `internal/states/statemgr/locker.go` (locks).

mod answer;
mod change;
mod heard;
mod lock;
mod memory;
mod state;

pub use answer::{Answer, Look};
pub use change::{Change, changes};
pub use heard::Heard;
pub use lock::Lock;
pub use memory::{Frozen, Memory, Onto};
pub use state::{Seen, Unreadable, Watch, read};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What of a Terraform state in S3 a service stands on. What is not named here is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terraform {
    /// The bucket of the state.
    pub bucket: String,
    /// Its key; beside it is the lock, `<key>.tflock`. Other workspaces are below
    /// `env:/<workspace>/`.
    pub key: String,
    /// The output that is the ARN of the task definition, from which Terraform wants the service to
    /// run: when it changes, what serves is deployed again on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Outputs that tell of the data layer, such as the address of a database: a change is told, and
    /// the read replicas of `checks.replicas` are asked whether they keep up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// Addresses of resources that the service cannot do without:
    /// `module.shop.aws_lb_listener.production`, `aws_lb_target_group.green[0]`. When one is
    /// destroyed or replaced the service is frozen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

/// What the lock of a state is called: its key and this.
const LOCK: &str = ".tflock";

impl Terraform {
    /// The key of its lock.
    pub fn lock(&self) -> String {
        format!("{}{LOCK}", self.key)
    }

    /// Whether an object is its state, or the lock of it.
    pub fn is(&self, bucket: &str, key: &str) -> bool {
        self.bucket == bucket && self.key == key.strip_suffix(LOCK).unwrap_or(key)
    }

    /// `s3://<bucket>/<key>`.
    pub fn address(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// What does not make sense though each field is well formed: where, and what would be right.
    pub(crate) fn nonsense(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = Vec::new();
        if !(3..=63).contains(&self.bucket.len()) {
            mistakes.push(("bucket", "the name of a bucket has 3 to 63 characters".to_owned()));
        }
        if self.key.is_empty() || self.key.ends_with(LOCK) {
            mistakes.push(("key", "say the key of the state, not of its lock".to_owned()));
        }
        if self.template.is_none() && self.outputs.is_empty() && self.resources.is_empty() {
            let what = "say what the service stands on: `template`, `outputs` or `resources`";
            mistakes.push(("", what.to_owned()));
        }
        mistakes
    }
}

#[cfg(test)]
mod tests;
