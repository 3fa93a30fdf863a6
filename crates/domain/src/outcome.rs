//! How a deployment ended. There are four ends, and each says what is true now.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::name::{Arn, DeploymentId, Digest, ServiceName, Tag};
use crate::plan::Plan;
use crate::preflight::Serving;
use crate::request::Cause;
use crate::rollout::{Rollout, RolloutState, Status};

/// The four honest ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum End {
    /// ECS says that our revision is the one that serves.
    Deployed,
    /// Nothing was changed.
    Refused,
    /// What served before serves again.
    RolledBack,
    /// Neither: a person is needed, and told what is left where.
    Stuck,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Deployed => "Deployed",
            Self::Refused => "Refused",
            Self::RolledBack => "RolledBack",
            Self::Stuck => "Stuck",
        })
    }
}

/// The end of a deployment: the detail of the event `Deployment Ended`, and the output of the
/// deployment machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Which deployment.
    pub deployment: DeploymentId,
    /// Of which service; unknown only where the request named none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceName>,
    /// How it ended.
    pub end: End,
    /// Why, in a sentence.
    pub why: String,
    /// Whether the service now runs what this deployment was to bring, by whatever way.
    pub settled: bool,
    /// What was to be deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The tag it was asked for by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// What serves now, as ECS told it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving: Option<Digest>,
    /// What made the request.
    #[serde(default)]
    pub cause: Cause,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it ended.
    pub at: Timestamp,
}

/// An error that a state caught, as Step Functions hands it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Caught {
    /// The error's name.
    pub error: String,
    /// What it says. For a Lambda function this is the JSON of its error answer.
    #[serde(default)]
    pub cause: String,
}

impl fmt::Display for Caught {
    /// The sentence that a person wants to read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = serde_json::from_str::<Value>(&self.cause).ok();
        let told = |field: &str| answer.as_ref().and_then(|answer| answer[field].as_str());
        // Of an execution that was waited for, the description: its error and cause stand in it.
        if let (Some(error), Some(cause)) = (told("Error"), told("Cause")) {
            return Self { error: error.to_owned(), cause: cause.to_owned() }.fmt(f);
        }
        match told("errorMessage").unwrap_or(&self.cause) {
            "" => f.write_str(&self.error),
            message => f.write_str(message),
        }
    }
}

/// What is known when a deployment is over.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// What was to be done, if it came that far.
    pub plan: Option<&'a Plan>,
    /// Blue's task definition, as it was before anything was touched.
    pub blue: Option<&'a Arn>,
    /// The rollout, and what ECS tells about it, if one was started.
    pub rollout: Option<(&'a Rollout, &'a RolloutState)>,
    /// What serves now.
    pub serving: Option<&'a Serving>,
    /// What went wrong on the way.
    pub failure: Option<&'a Caught>,
}

/// Decides how a deployment ended, from what ECS tells now.
pub fn conclude(facts: &Facts<'_>) -> (End, String) {
    let failure = facts.failure.map(Caught::to_string);
    let Some((rollout, state)) = facts.rollout else {
        return (
            End::Refused,
            failure.unwrap_or_else(|| "it was stopped before anything changed".into()),
        );
    };
    let back = rollout.taking_back.as_ref().map(|back| back.why.clone());
    let why = back.or(failure).or_else(|| state.reason.clone());
    let serves = facts.serving.map(|serving| &serving.task_definition);

    match state.status {
        Status::Successful if serves == Some(&rollout.task_definition) => {
            (End::Deployed, "ECS tells that this release serves".into())
        }
        Status::RollbackSuccessful | Status::Stopped
            if serves.is_some() && serves == facts.blue =>
        {
            let why = why.unwrap_or_else(|| "ECS took it back and did not say why".into());
            match facts.plan.filter(|plan| plan.cause.is_urgent()) {
                // What it was to replace serves on, and was to be left for a reason.
                Some(plan) => (End::Stuck, format!("could not go back to {}: {why}", plan.title())),
                None => (End::RolledBack, why),
            }
        }
        // Told late, when the lease was taken over and another release was deployed since.
        Status::RollbackSuccessful | Status::Stopped
            if serves.is_some_and(|serves| *serves != rollout.task_definition) =>
        {
            let why = why.map(|why| format!("; it began with: {why}")).unwrap_or_default();
            (End::RolledBack, format!("ECS took it back, and something else serves since{why}"))
        }
        status => {
            let left = match facts.serving {
                Some(serving) => format!("the service is set to {}", serving.task_definition),
                None => "what serves could not be read".into(),
            };
            let because = why.map(|why| format!("; it began with: {why}")).unwrap_or_default();
            (End::Stuck, format!("ECS left {} as {status}, and {left}{because}", rollout.arn))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::TakingBack;

    const BLUE: &str = "arn:aws:ecs:local:0:task-definition/checkout:1";
    const GREEN: &str = "arn:aws:ecs:local:0:task-definition/checkout:2";
    const LATER: &str = "arn:aws:ecs:local:0:task-definition/checkout:3";

    fn rollout() -> Rollout {
        Rollout {
            arn: "arn:aws:ecs:local:0:service-deployment/shop/checkout/1".parse().unwrap(),
            task_definition: GREEN.parse().unwrap(),
            answered: None,
            taking_back: Some(TakingBack {
                since: Timestamp::UNIX_EPOCH,
                why: "5xx rings".into(),
                fault: true,
            }),
        }
    }

    fn state(status: Status) -> RolloutState {
        RolloutState {
            status,
            stage: None,
            waiting: vec![],
            green: None,
            blue: None,
            share: 0.0,
            wanted: 2,
            began: Timestamp::UNIX_EPOCH,
            reason: None,
        }
    }

    fn serving(task_definition: &str) -> Serving {
        Serving {
            task_definition: task_definition.parse().unwrap(),
            revision: None,
            digest: None,
            desired: 2,
            running: 2,
            in_progress: None,
        }
    }

    #[test]
    fn only_what_ecs_says_decides_the_end() {
        let blue = BLUE.parse().unwrap();
        for (status, serves, end) in [
            (Status::Successful, Some(GREEN), End::Deployed),
            (Status::Successful, Some(BLUE), End::Stuck),
            (Status::Successful, None, End::Stuck),
            (Status::RollbackSuccessful, Some(BLUE), End::RolledBack),
            (Status::Stopped, Some(BLUE), End::RolledBack),
            (Status::RollbackSuccessful, Some(LATER), End::RolledBack),
            (Status::RollbackSuccessful, Some(GREEN), End::Stuck),
            (Status::RollbackSuccessful, None, End::Stuck),
            (Status::RollbackFailed, Some(BLUE), End::Stuck),
            (Status::InProgress, Some(BLUE), End::Stuck),
        ] {
            let (rollout, state) = (rollout(), state(status));
            let serving = serves.map(serving);
            let facts = Facts {
                blue: Some(&blue),
                rollout: Some((&rollout, &state)),
                serving: serving.as_ref(),
                ..Facts::default()
            };
            assert_eq!(conclude(&facts).0, end, "{status}, serving {serves:?}");
        }
    }

    #[test]
    fn without_a_rollout_nothing_was_changed() {
        let failure = Caught {
            error: "Refused".into(),
            cause: r#"{"errorType":"Refused","errorMessage":"aaaa serves already"}"#.into(),
        };
        let facts = Facts { failure: Some(&failure), ..Facts::default() };

        assert_eq!(conclude(&facts), (End::Refused, "aaaa serves already".into()));
    }

    #[test]
    fn what_went_wrong_is_told_in_its_own_words_however_deep_it_was() {
        let told = |error: &str, cause: &str| {
            Caught { error: error.into(), cause: cause.into() }.to_string()
        };
        let answer = r#"{"errorType":"Refused","errorMessage":"there is no tag"}"#;
        let nested = |cause: &str| {
            serde_json::json!({ "Status": "FAILED", "Error": "Unhealthy", "Cause": cause })
                .to_string()
        };

        assert_eq!(told("Refused", answer), "there is no tag");
        assert_eq!(told("States.Timeout", ""), "States.Timeout");
        assert_eq!(told("States.TaskFailed", &nested("it lags")), "it lags");
        assert_eq!(told("States.TaskFailed", &nested(answer)), "there is no tag");
        assert_eq!(told("States.TaskFailed", &nested("")), "Unhealthy");
    }
}
