//! Events of ours: what we tell the bus, and what it tells us of our executions.

mod deployment;
mod execution;
mod service;

pub use deployment::{Moved, Paused, Superseded};
pub use execution::ExecutionEnded;
pub use service::{Applied, Frozen, Lifted, Quarantined};

use serde_json::Value;

use crate::alert::Alerts;
use crate::outcome::Outcome;
use crate::release::ImagePushed;
use crate::terraform::Run;

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
    /// A deployment has to make way for another.
    DeploymentSuperseded(Superseded),
    /// A deployment ended.
    DeploymentEnded(Outcome),
    /// Nothing new of a service begins for a while.
    ServiceFrozen(Frozen),
    /// It begins again.
    ServiceThawed(Frozen),
    /// A release may not be deployed again.
    ReleaseQuarantined(Quarantined),
    /// It may again.
    QuarantineLifted(Lifted),
    /// Terraform changed what a service stands on.
    TerraformApplied(Applied),
    /// HCP Terraform told of a run.
    TerraformRunTold(Run),
    /// Alerts fire.
    AlertFiring(Alerts),
    /// Alerts are over.
    AlertResolved(Alerts),
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
            Self::DeploymentSuperseded(_) => "Deployment Superseded",
            Self::DeploymentEnded(_) => "Deployment Ended",
            Self::ServiceFrozen(_) => "Service Frozen",
            Self::ServiceThawed(_) => "Service Thawed",
            Self::ReleaseQuarantined(_) => "Release Quarantined",
            Self::QuarantineLifted(_) => "Quarantine Lifted",
            Self::TerraformApplied(_) => "Terraform Applied",
            Self::TerraformRunTold(_) => "Terraform Run Told",
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
            Self::DeploymentSuperseded(superseded) => serde_json::to_value(superseded),
            Self::DeploymentEnded(outcome) => serde_json::to_value(outcome),
            Self::ServiceFrozen(frozen) | Self::ServiceThawed(frozen) => {
                serde_json::to_value(frozen)
            }
            Self::ReleaseQuarantined(quarantined) => serde_json::to_value(quarantined),
            Self::QuarantineLifted(lifted) => serde_json::to_value(lifted),
            Self::TerraformApplied(applied) => serde_json::to_value(applied),
            Self::TerraformRunTold(run) => serde_json::to_value(run),
            Self::AlertFiring(alerts) | Self::AlertResolved(alerts) => serde_json::to_value(alerts),
        };
        detail.expect("our events are made of texts, numbers and lists of them")
    }
}
