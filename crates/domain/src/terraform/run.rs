//! A run of HCP Terraform.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Workspace;

/// A run of HCP Terraform that changes a workspace, or has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The organization of the workspace.
    pub organization: String,
    /// The workspace, by name.
    pub workspace: String,
    /// Which run: `run-CZcmD7eagjhyX0vN`.
    pub run: String,
    /// How it stood.
    pub status: RunStatus,
    /// When.
    pub at: Timestamp,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It changes what there is.
    Applying,
    /// It did.
    Applied,
    /// It failed or was cancelled; what it had changed by then stays.
    Errored,
}

impl Run {
    /// Whose run it is.
    pub fn of(&self) -> Workspace {
        Workspace { organization: self.organization.clone(), name: self.workspace.clone() }
    }

    /// Whether this run is over, which it then stays.
    pub fn ended(&self, run: &str) -> bool {
        self.status != RunStatus::Applying && self.run == run
    }
}
