//! An ECS service deployment, as far as we need to know it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::name::{Arn, HookId};
use crate::strategy::{Pause, Stage};

/// The rollout of one deployment: what later steps carry along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// The ECS service deployment.
    pub arn: Arn,
    /// Green's task definition, registered by this deployment alone: how its rollout is recognised.
    pub task_definition: Arn,
    /// The pause that was answered last. ECS may show it as waiting for a moment longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<HookId>,
    /// Set when green is being taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taking_back: Option<TakingBack>,
}

/// Why green is taken back, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakingBack {
    /// Since when.
    pub since: Timestamp,
    /// Why, in a sentence.
    pub why: String,
    /// Whether green is at fault, so that nothing may bring it again.
    #[serde(default)]
    pub fault: bool,
}

/// How an ECS service deployment stands. There is no "failed" in ECS.
///
/// Source: the ECS API reference, `ServiceDeployment.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are those of the ECS API")]
pub enum Status {
    Pending,
    InProgress,
    Successful,
    StopRequested,
    Stopped,
    RollbackRequested,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "SUCCESSFUL",
            Self::StopRequested => "STOP_REQUESTED",
            Self::Stopped => "STOPPED",
            Self::RollbackRequested => "ROLLBACK_REQUESTED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Self::RollbackFailed => "ROLLBACK_FAILED",
        })
    }
}

impl Status {
    /// Whether ECS will not change it any more.
    pub fn is_end(self) -> bool {
        match self {
            Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed => {
                true
            }
            Self::Pending
            | Self::InProgress
            | Self::StopRequested
            | Self::RollbackRequested
            | Self::RollbackInProgress => false,
        }
    }

    /// Whether ECS is going back already.
    pub fn is_going_back(self) -> bool {
        matches!(self, Self::StopRequested | Self::RollbackRequested | Self::RollbackInProgress)
    }
}

/// What ECS tells about a service deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolloutState {
    /// How it stands.
    pub status: Status,
    /// The lifecycle stage, by ECS's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The pauses that wait for an answer.
    #[serde(default)]
    pub waiting: Vec<WaitingHook>,
    /// Green's revision, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green: Option<Arn>,
    /// Blue's revision, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue: Option<Arn>,
    /// Green's share of production traffic, in percent.
    pub share: f64,
    /// How many tasks of green are wanted.
    pub wanted: u32,
    /// When ECS began.
    pub began: Timestamp,
    /// What ECS says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A target group that a revision has at a load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: Arn,
    /// The load balancer, as its metrics name it: `app/shop/50dc6c495c0c9188`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<String>,
}

impl TargetGroup {
    /// Whose metrics are those of target groups.
    pub const NAMESPACE: &str = "AWS/ApplicationELB";

    /// By what its metrics are told from those of others.
    pub fn dimensions(&self) -> BTreeMap<String, String> {
        let name = self.arn.as_str().rsplit(':').next().unwrap_or_default().to_owned();
        let balancer = self.load_balancer.clone().map(|name| ("LoadBalancer".to_owned(), name));
        balancer.into_iter().chain([("TargetGroup".to_owned(), name)]).collect()
    }
}

/// A pause that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingHook {
    /// Its id.
    pub id: HookId,
    /// Where.
    pub stage: Stage,
    /// When ECS stops waiting and rolls back.
    pub expires_at: Timestamp,
}

/// What a rollout is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Progress {
    /// ECS works on it.
    Moving {
        /// On what, by ECS's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
    },
    /// It waits for our answer.
    Paused {
        /// The question.
        hook: HookId,
        /// Where.
        stage: Stage,
        /// Since when.
        since: Timestamp,
    },
    /// It is over.
    Ended {
        /// How.
        status: Status,
    },
}

impl RolloutState {
    /// What it is doing. A pause that we `answered` already waits no more, whatever ECS shows.
    ///
    /// ECS tells when a pause gives up, not when it began; `pauses` says how long it was given.
    pub fn progress(&self, pauses: &[Pause], answered: Option<&HookId>) -> Progress {
        if self.status.is_end() {
            return Progress::Ended { status: self.status };
        }
        let asked = self
            .waiting
            .iter()
            .filter(|_| !self.status.is_going_back())
            .find(|hook| Some(&hook.id) != answered);

        match asked {
            None => Progress::Moving { stage: self.stage.clone() },
            Some(hook) => {
                let given = pauses.iter().find(|pause| pause.stage == hook.stage);
                let minutes = given.map_or(0, |pause| pause.gives_up.in_minutes());
                let length = jiff::SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(0));
                Progress::Paused {
                    hook: hook.id.clone(),
                    stage: hook.stage,
                    since: hook.expires_at.checked_sub(length).unwrap_or(hook.expires_at),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seconds::Seconds;
    use crate::strategy::Strategy;

    fn state(status: Status, waiting: bool) -> RolloutState {
        let began = Timestamp::UNIX_EPOCH;
        let hook = WaitingHook {
            id: "hook-1".parse().unwrap(),
            stage: Stage::PostTestTrafficShift,
            expires_at: Seconds::minutes(100).after(began),
        };
        RolloutState {
            status,
            stage: Some("POST_TEST_TRAFFIC_SHIFT".into()),
            waiting: if waiting { vec![hook] } else { vec![] },
            green: None,
            blue: None,
            share: 0.0,
            wanted: 2,
            began,
            reason: None,
        }
    }

    #[test]
    fn a_rollout_moves_waits_or_is_over() {
        let pauses = Strategy::BlueGreen {}.pauses(Seconds::minutes(10));
        let hook = "hook-1".parse().unwrap();
        let is = |status, waiting, answered| {
            let progress = state(status, waiting).progress(&pauses, answered);
            serde_json::to_value(progress).unwrap()["is"].as_str().unwrap().to_owned()
        };

        assert_eq!(is(Status::InProgress, false, None), "moving");
        assert_eq!(is(Status::InProgress, true, None), "paused");
        assert_eq!(is(Status::InProgress, true, Some(&hook)), "moving", "answered already");
        assert_eq!(
            is(Status::RollbackRequested, true, None),
            "moving",
            "nothing to answer any more"
        );
        assert_eq!(is(Status::Successful, true, None), "ended");
    }

    #[test]
    fn a_pause_began_as_long_before_its_end_as_it_was_given() {
        let pauses = Strategy::BlueGreen {}.pauses(Seconds::minutes(10));

        let progress = state(Status::InProgress, true).progress(&pauses, None);

        let Progress::Paused { since, .. } = progress else { panic!("{progress:?}") };
        assert_eq!(
            since,
            Seconds::minutes(70).after(Timestamp::UNIX_EPOCH),
            "30 minutes of patience"
        );
    }
}
