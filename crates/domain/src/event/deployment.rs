//! Events about one deployment.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::approval::Asking;
use crate::name::{DeploymentId, ServiceName};
use crate::plan::Plan;

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

/// A deployment that has to make way for another of its service: it ends as `Refused` if it waited,
/// and is taken back if it was under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Superseded {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its service.
    pub service: ServiceName,
    /// For which one.
    pub by: DeploymentId,
    /// What that deploys, for people: `checkout v1.4.2 (0a1b2c3d4e5f)`.
    pub title: String,
    /// When.
    pub at: Timestamp,
}

impl Superseded {
    /// The event of a deployment that makes way for what is planned.
    pub fn by(plan: &Plan, deployment: DeploymentId, at: Timestamp) -> Self {
        Self {
            deployment,
            service: plan.service.name.clone(),
            by: plan.deployment.clone(),
            title: plan.title(),
            at,
        }
    }
}
