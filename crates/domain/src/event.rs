//! Events of ours: what we tell the bus, and what it tells us of our executions.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::alert::Alerts;
use crate::approval::Asking;
use crate::name::{DeploymentId, ServiceName};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::release::ImagePushed;

/// An event of ours.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A tag of an image was pushed.
    ImagePushed(ImagePushed),
    /// A deployment was planned.
    DeploymentStarted(Moved),
    /// A deployment waits for people.
    DeploymentPaused(Paused),
    /// A deployment was told to go on, or to go back.
    DeploymentProgressed(Moved),
    /// A deployment ended.
    DeploymentEnded(Outcome),
    /// Alerts fire.
    AlertFiring(Alerts),
    /// Alerts are over.
    AlertResolved(Alerts),
}

/// A deployment of which there is more to tell. What that is stands in its record: the event only
/// wakes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its service.
    pub service: ServiceName,
    /// When.
    pub at: Timestamp,
}

impl Moved {
    /// The event of a deployment that moved.
    pub fn of(plan: &Plan, at: Timestamp) -> Self {
        Self { deployment: plan.deployment.clone(), service: plan.service.name.clone(), at }
    }
}

/// A deployment that waits for people, as the event tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Paused {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its service.
    pub service: ServiceName,
    /// What is deployed, for people: `checkout v1.4.2 (0a1b2c3d4e5f)`.
    pub title: String,
    /// Who wanted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What they are asked.
    pub asks: Asking,
}

impl Paused {
    /// The event of a deployment that asks.
    pub fn of(plan: &Plan, asks: Asking) -> Self {
        Self {
            deployment: plan.deployment.clone(),
            service: plan.service.name.clone(),
            title: plan.title(),
            by: plan.by.clone(),
            asks,
        }
    }
}

impl Event {
    /// The `source` of all our events.
    pub const SOURCE: &'static str = "cutover";

    /// The `detail-type`.
    pub fn detail_type(&self) -> &'static str {
        match self {
            Self::ImagePushed(_) => "Image Pushed",
            Self::DeploymentStarted(_) => "Deployment Started",
            Self::DeploymentPaused(_) => "Deployment Paused",
            Self::DeploymentProgressed(_) => "Deployment Progressed",
            Self::DeploymentEnded(_) => "Deployment Ended",
            Self::AlertFiring(_) => "Alert Firing",
            Self::AlertResolved(_) => "Alert Resolved",
        }
    }

    /// The `detail`.
    pub fn detail(&self) -> Value {
        let detail = match self {
            Self::ImagePushed(pushed) => serde_json::to_value(pushed),
            Self::DeploymentStarted(moved) | Self::DeploymentProgressed(moved) => {
                serde_json::to_value(moved)
            }
            Self::DeploymentPaused(paused) => serde_json::to_value(paused),
            Self::DeploymentEnded(outcome) => serde_json::to_value(outcome),
            Self::AlertFiring(alerts) | Self::AlertResolved(alerts) => serde_json::to_value(alerts),
        };
        detail.expect("our events are made of texts, numbers and lists of them")
    }
}

/// An execution of ours that ended otherwise than by its own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionEnded {
    /// Its name.
    pub name: DeploymentId,
    /// `FAILED`, `TIMED_OUT` or `ABORTED`; `LOST` if nobody told.
    pub status: String,
    /// The input it had, as a text; left out by Step Functions when it is large.
    #[serde(default)]
    pub input: Option<String>,
    /// The error's name.
    #[serde(default)]
    pub error: Option<String>,
    /// What it says.
    #[serde(default)]
    pub cause: Option<String>,
}

impl ExecutionEnded {
    /// One of whose end nobody was told.
    pub fn lost(name: DeploymentId) -> Self {
        Self { name, status: "LOST".into(), input: None, error: None, cause: None }
    }
}
