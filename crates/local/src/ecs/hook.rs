//! A pause that was reached, and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{HookAction, LifecycleStage};

/// One run of a hook, as `DescribeServiceDeployments` tells of it in `lifecycleHookDetails`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookDetail {
    /// Names this run: a hook that is reached at every step has an id for each.
    pub hook_id: String,
    /// Where it stands.
    pub stage: LifecycleStage,
    /// How it stands.
    pub status: HookStatus,
    /// When its action is taken by itself.
    pub expires_at: Timestamp,
    /// What is done then.
    pub timeout_action: HookAction,
}

/// How a hook stands. `IN_PROGRESS` is for Lambda hooks, which this model does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HookStatus {
    /// Waits for `ContinueServiceDeployment`.
    AwaitingAction,
    /// Was told to continue.
    Succeeded,
    /// Was told to roll back, or the deployment was taken back from elsewhere.
    Failed,
    /// Was not answered in time.
    TimedOut,
}

impl HookStatus {
    /// The status as AWS spells it: `AWAITING_ACTION`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingAction => "AWAITING_ACTION",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    /// The name of the event that tells of it.
    pub(super) fn event_name(self) -> &'static str {
        match self {
            Self::AwaitingAction => "HOOK_AWAITING_ACTION",
            Self::Succeeded => "HOOK_SUCCEEDED",
            Self::Failed => "HOOK_FAILED",
            Self::TimedOut => "HOOK_TIMED_OUT",
        }
    }
}

impl HookDetail {
    /// Whether it holds its stage.
    pub fn waits(&self) -> bool {
        self.status == HookStatus::AwaitingAction
    }
}
