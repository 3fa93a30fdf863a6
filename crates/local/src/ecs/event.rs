//! What ECS tells the event bus, with AWS's field names.
//!
//! Sources: `ecs_service_deployment_events`, `ecs_hook_state_change_events`, `ecs_service_events`.
//! Which deployment events a blue/green deployment emits beyond its hooks is written nowhere; here
//! they are those of a rolling one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::HookDetail;
use super::identity::Identity;

/// An event of source `aws.ecs`, without the envelope that a bus adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcsEvent {
    /// When.
    pub time: Timestamp,
    /// What kind.
    pub detail_type: DetailType,
    /// The ARN it is about: of the service, for a hook of the service deployment.
    pub resources: Vec<String>,
    /// What AWS calls `detail`.
    pub detail: Value,
}

/// The kinds of event this model emits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetailType {
    /// A pause was reached, answered or forgotten.
    #[serde(rename = "ECS Hook State Change")]
    Hook,
    /// A deployment started, went back, failed or completed.
    #[serde(rename = "ECS Deployment State Change")]
    Deployment,
    /// The service is as it should be.
    #[serde(rename = "ECS Service Action")]
    Service,
}

impl DetailType {
    /// The `detail-type` on the bus.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hook => "ECS Hook State Change",
            Self::Deployment => "ECS Deployment State Change",
            Self::Service => "ECS Service Action",
        }
    }
}

/// How a deployment goes, as *ECS Deployment State Change* says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Begun,
    Completed,
    Failed,
}

pub(super) fn hook(
    identity: &Identity,
    deployment_arn: &str,
    hook: &HookDetail,
    now: Timestamp,
) -> EcsEvent {
    EcsEvent {
        time: now,
        detail_type: DetailType::Hook,
        resources: vec![deployment_arn.to_owned()],
        detail: json!({
            "eventType": "INFO",
            "eventName": hook.status.event_name(),
            "hookId": hook.hook_id,
            "hookType": "PAUSE",
            "expiresAt": hook.expires_at.to_string(),
            "lifecycleStage": hook.stage.as_str(),
            "clusterArn": identity.cluster_arn,
            "serviceArn": identity.service_arn,
            "serviceDeploymentArn": deployment_arn,
            "updatedAt": now.to_string(),
        }),
    }
}

pub(super) fn deployment(
    identity: &Identity,
    deployment_id: &str,
    progress: Progress,
    reason: &str,
    now: Timestamp,
) -> EcsEvent {
    let (kind, name) = match progress {
        Progress::Begun => ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS"),
        Progress::Completed => ("INFO", "SERVICE_DEPLOYMENT_COMPLETED"),
        Progress::Failed => ("ERROR", "SERVICE_DEPLOYMENT_FAILED"),
    };
    EcsEvent {
        time: now,
        detail_type: DetailType::Deployment,
        resources: vec![identity.service_arn.clone()],
        detail: json!({
            "eventType": kind,
            "eventName": name,
            "deploymentId": deployment_id,
            "updatedAt": now.to_string(),
            "reason": reason,
        }),
    }
}

pub(super) fn steady_state(identity: &Identity, now: Timestamp) -> EcsEvent {
    EcsEvent {
        time: now,
        detail_type: DetailType::Service,
        resources: vec![identity.service_arn.clone()],
        detail: json!({
            "eventType": "INFO",
            "eventName": "SERVICE_STEADY_STATE",
            "clusterArn": identity.cluster_arn,
            "createdAt": now.to_string(),
        }),
    }
}
