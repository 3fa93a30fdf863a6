//! Who is at a desk: at work, waiting, watching, and who was there last.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alert::AlertCheck;
use crate::approval::Asking;
use crate::freeze::{Cause, Window};
use crate::migration::Hold;
use crate::name::{Arn, CallbackToken, DeploymentId, Digest, HookId, Tag};
use crate::policy::Height;
use crate::service::{Place, WhenBusy};
use crate::signal::Signal;

/// Who works under the lease, for those who want to take its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// Since when.
    pub since: Timestamp,
    /// Where its release stands.
    pub height: Height,
    /// Whether it is a rollback, which gives way to nobody.
    pub urgent: bool,
    /// Whether its migration ran and cannot be undone, so that it gives way to no push.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub irreversible: bool,
    /// What it has to give way to, for people. It takes back what it began, and ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives_way: Option<String>,
}

/// A deployment that waits for the lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// Which.
    pub deployment: DeploymentId,
    /// What it wants, for people: `checkout v1.4.2`.
    pub title: String,
    /// Where its release stands.
    pub height: Height,
    /// Whether a person asked for exactly this.
    pub explicit: bool,
    /// Whether it is a rollback, which goes first.
    #[serde(default)]
    pub urgent: bool,
    /// Whether it does not wait for the end of a freeze.
    #[serde(default)]
    pub hotfix: bool,
    /// When its service takes nothing new, by the document as it was when it was planned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Window>,
    /// Since when it waits for its turn. While the service is frozen nobody's turn comes.
    #[serde(default)]
    pub since: Timestamp,
    /// What it does when another deployment of the service is under way.
    #[serde(default)]
    pub when_busy: WhenBusy,
    /// How its execution is answered.
    pub token: CallbackToken,
}

/// An execution that waits for its rollout to move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watcher {
    /// Which deployment.
    pub deployment: DeploymentId,
    /// The ECS service deployment that it watches.
    pub rollout: Arn,
    /// Where that service is.
    pub place: Place,
    /// The alarms that it listens to.
    pub alarms: Vec<String>,
    /// The alerts that it listens to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertCheck>,
    /// The pause that was answered last. ECS may show it as waiting for a moment longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<HookId>,
    /// Why a person is asked instead of going back, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// What it asks people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asking>,
    /// How its execution is woken.
    pub token: CallbackToken,
}

/// The last deployment that went all the way: the service's high-water mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// Which.
    pub deployment: DeploymentId,
    /// What it brought.
    pub digest: Digest,
    /// The tag it was asked for by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// What served before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue: Option<Digest>,
    /// Where it stands; pushes below it are refused.
    pub height: Height,
    /// What it is blamed for; nothing, if it was a way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liability: Option<Liability>,
}

/// For what, and how long, a deployment is blamed after its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Liability {
    /// When it began: what rang earlier is not its fault.
    pub began: Timestamp,
    /// Until when it is blamed.
    pub until: Timestamp,
    /// The alarms of its service.
    pub alarms: Vec<String>,
    /// The alerts of its service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertCheck>,
    /// Why a person is asked instead of going back, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

impl Deployed {
    /// Whether it went back to an earlier release.
    pub fn is_way_back(&self) -> bool {
        self.liability.is_none()
    }
}

impl Watcher {
    /// Whether what the signal tells may be news for this one.
    pub fn heeds(&self, signal: &Signal) -> bool {
        match signal {
            Signal::Hook(rollout) => self.rollout == *rollout,
            Signal::Service(service) => self.place.is_called(service),
        }
    }
}

impl Waiter {
    /// Whether it waits for the end of such a freeze.
    pub fn waits_for(&self, cause: Cause) -> bool {
        !self.urgent && (!self.hotfix || cause == Cause::Terraform)
    }

    /// Whether `other`, which waits, goes first: what a person asked for is not lost to a push.
    pub(super) fn is_behind(&self, other: &Self) -> bool {
        !self.explicit && (other.explicit || self.height.is_below(&other.height))
    }
}
