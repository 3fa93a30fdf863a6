//! What GitHub shows of a deployment.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::name::{DeploymentId, ServiceName, beginning};
use crate::outcome::{End, Outcome};
use crate::plan::Plan;
use crate::record::{Entry, Record};
use crate::service::Shown;

/// The longest description. Source: the REST API of GitHub, "Create a deployment status".
const LONGEST_DESCRIPTION: usize = 140;

/// How a deployment stands, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// It is under way.
    InProgress,
    /// It serves.
    Success,
    /// It was taken back.
    Failure,
    /// It serves no longer, or never began.
    Inactive,
    /// A person is needed.
    Error,
}

/// A status, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// How it stands.
    pub light: Light,
    /// Why, in at most 140 characters of one line.
    pub description: String,
}

/// What is to be shown of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Which.
    pub deployment: DeploymentId,
    /// Of which service.
    pub service: ServiceName,
    /// What it brings, for people: `checkout v1.4.2 (0a1b2c3d4e5f)`.
    pub title: String,
    /// Where it is shown.
    pub shown: Shown,
    /// The branch, tag or commit that it brings.
    pub reference: String,
    /// How it stands.
    pub status: Status,
}

impl Light {
    /// As GitHub spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Inactive => "inactive",
            Self::Error => "error",
        }
    }
}

impl Status {
    /// A status of one line that is not too long.
    pub fn new(light: Light, why: &str) -> Self {
        let line: Vec<&str> = why.split(|c: char| c.is_control() || c == ' ').collect();
        let line = line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let fits = line.chars().count() <= LONGEST_DESCRIPTION;
        let most = if fits { LONGEST_DESCRIPTION } else { LONGEST_DESCRIPTION - 1 };
        Self { light, description: beginning(line, most) }
    }

    /// The status of what served before another release did.
    pub fn replaced() -> Self {
        Self::new(Light::Inactive, "another release serves since")
    }

    /// Whether it may take the place of the one that is shown. What ended is not under way again,
    /// whatever a step that read the record earlier believes.
    pub fn follows(&self, shown: Option<&Self>) -> bool {
        match shown {
            None => true,
            Some(shown) if self.light == Light::InProgress => {
                shown.light == Light::InProgress && shown != self
            }
            Some(shown) => shown != self,
        }
    }
}

impl Mark {
    /// What is to be shown of a deployment by now. Nothing where its document names no repository,
    /// where nothing names what it brings, and before it is planned.
    pub fn of(record: &Record, desk: &Desk) -> Option<Self> {
        let plan = record.plan()?;
        let shown = plan.service.tell.as_ref()?.github.clone()?;
        Some(Self {
            deployment: record.deployment.clone(),
            service: record.service.clone(),
            title: plan.title(),
            reference: shown.reference(plan.tag.as_ref())?,
            status: match record.outcome() {
                Some(outcome) => ended(outcome, plan, desk),
                None => Status::new(Light::InProgress, &under_way(record, desk)),
            },
            shown,
        })
    }
}

fn ended(outcome: &Outcome, plan: &Plan, desk: &Desk) -> Status {
    let why = format!("{}: {}", outcome.end, outcome.why);
    match outcome.end {
        End::Deployed => match &desk.deployed {
            Some(last) if last.deployment != outcome.deployment => Status::replaced(),
            _ => Status::new(Light::Success, &format!("{} serves", plan.title())),
        },
        End::Refused => Status::new(Light::Inactive, &why),
        End::RolledBack => Status::new(Light::Failure, &why),
        End::Stuck => Status::new(Light::Error, &why),
    }
}

/// What a deployment is at, without what changes with every look.
fn under_way(record: &Record, desk: &Desk) -> String {
    let waits = desk.watcher.as_ref().filter(|it| it.deployment == record.deployment);
    if let Some(back) = record.taking_back() {
        return format!("goes back: {}", back.why);
    }
    if let Some(asks) = waits.and_then(|it| it.asks.as_ref()) {
        return asks.to_string();
    }
    let judged = record.entries.iter().rev().find_map(|dated| match &dated.entry {
        Entry::Judged { verdict } => Some(verdict),
        _ => None,
    });
    match judged {
        Some(verdict) => format!("serves {} % of production", verdict.share),
        None => "is about to begin".into(),
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown { repository, environment, .. } = &self.shown;
        let Status { light, description } = &self.status;
        write!(f, "{repository} {environment}: {} is {}, {description}", self.title, light.as_str())
    }
}

#[cfg(test)]
mod tests;
