//! What somebody wants done who pressed a button or gave a command.

use serde::{Deserialize, Serialize};

use super::Right;
use crate::name::{DeploymentId, ServiceName, SlackUser};
use crate::seconds::Seconds;

/// How long the button lets nothing new begin.
pub const HOLD: Seconds = Seconds(2 * 3600);

/// What somebody wants done. Who they are is what Slack says; whether they may is not decided yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Who.
    pub user: SlackUser,
    /// About which service.
    pub service: ServiceName,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}

/// Something that can be done about a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Let a deployment go on that asks.
    Approve {
        /// Which.
        deployment: DeploymentId,
    },
    /// Do not let it go on.
    Reject {
        /// Which.
        deployment: DeploymentId,
    },
    /// Go back.
    RollBack {
        /// Only if this one is what is to be left.
        deployment: Option<DeploymentId>,
        /// Where to: a tag, a digest or a deployment; to the last good release if nothing is said.
        to: Option<String>,
        /// Why.
        reason: Option<String>,
    },
    /// Let nothing new begin for two hours.
    Hold,
    /// Let nothing new begin.
    Freeze {
        /// For how long.
        length: Seconds,
        /// Why.
        reason: String,
    },
    /// Let it begin again.
    Thaw {
        /// Why.
        reason: String,
    },
    /// Let the release of a deployment be deployed again.
    ReleaseQuarantine {
        /// Of which.
        deployment: DeploymentId,
    },
}

impl Act {
    /// What one has to be allowed.
    pub fn right(&self) -> Right {
        match self {
            Self::Approve { .. } | Self::Reject { .. } => Right::Approve,
            Self::RollBack { .. } => Right::RollBack,
            Self::Hold => Right::Hold,
            Self::Freeze { .. } | Self::Thaw { .. } => Right::Freeze,
            Self::ReleaseQuarantine { .. } => Right::ReleaseQuarantine,
        }
    }

    /// The deployment that it is about.
    pub fn deployment(&self) -> Option<&DeploymentId> {
        match self {
            Self::Approve { deployment }
            | Self::Reject { deployment }
            | Self::ReleaseQuarantine { deployment } => Some(deployment),
            Self::RollBack { deployment, .. } => deployment.as_ref(),
            Self::Hold | Self::Freeze { .. } | Self::Thaw { .. } => None,
        }
    }
}
