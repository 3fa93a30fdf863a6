//! What `DescribeServices` and `DescribeServiceDeployments` tell, in AWS's words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::counts::{Counts, counts};
use super::deployment::Deployment;
use super::fleets::Fleets;
use super::identity::Identity;
use super::{
    DeploymentConfiguration, HookDetail, LifecycleStage, Rollback, ServiceDeploymentStatus,
    TaskDefinition,
};

/// A service, as `DescribeServices` tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDescription {
    /// Its ARN.
    pub service_arn: String,
    /// Its name.
    pub service_name: String,
    /// Its cluster's ARN.
    pub cluster_arn: String,
    /// What it should run: the last task definition asked for; after a rollback the one before.
    pub task_definition: TaskDefinition,
    /// Tasks it should have.
    pub desired_count: u32,
    /// Tasks that run, of all revisions.
    pub running_count: u32,
    /// Tasks that start, of all revisions.
    pub pending_count: u32,
    /// How it is deployed.
    pub deployment_configuration: DeploymentConfiguration,
    /// The ARN of its newest service deployment, under way or over.
    pub current_service_deployment: Option<String>,
    /// Its active revisions, oldest first.
    pub current_service_revisions: Vec<Counts>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A service deployment, as `DescribeServiceDeployments` tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDeployment {
    /// Its ARN.
    pub arn: String,
    /// What *ECS Deployment State Change* calls it: `ecs-svc/…`.
    pub deployment_id: String,
    /// The service's ARN.
    pub service_arn: String,
    /// The cluster's ARN.
    pub cluster_arn: String,
    /// How it stands.
    pub status: ServiceDeploymentStatus,
    /// Why it stands so, in a sentence.
    pub status_reason: Option<String>,
    /// Where it is; `None` before it starts, and in rolling deployments.
    pub lifecycle_stage: Option<LifecycleStage>,
    /// How it is done.
    pub deployment_configuration: DeploymentConfiguration,
    /// The revisions that were active when it started: blue.
    pub source_service_revisions: Vec<Counts>,
    /// The revision being deployed: green.
    pub target_service_revision: Counts,
    /// Every pause reached so far, in order.
    pub lifecycle_hook_details: Vec<HookDetail>,
    /// Why and when it was taken back.
    pub rollback: Option<Rollback>,
    /// What its alarms did.
    pub alarms: AlarmsReport,
    /// What its circuit breaker did.
    pub deployment_circuit_breaker: CircuitBreakerReport,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ended, however.
    pub finished_at: Option<Timestamp>,
    /// When it was stopped.
    pub stopped_at: Option<Timestamp>,
}

/// What a deployment's alarms did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmsReport {
    /// The alarms looked at.
    pub alarm_names: Vec<String>,
    /// Those that rang during the deployment.
    pub triggered_alarm_names: Vec<String>,
}

/// What a deployment's circuit breaker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CircuitBreakerReport {
    /// How it stands.
    pub status: CircuitBreakerStatus,
    /// Failed tasks of the target revision, since the last one that became healthy.
    pub failure_count: u32,
    /// How many are too many.
    pub threshold: u32,
}

/// How a circuit breaker stands. Source: `API_ServiceDeploymentCircuitBreaker`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CircuitBreakerStatus {
    /// Too many tasks failed.
    Triggered,
    /// It counts.
    Monitoring,
    /// It counted to the end, and it was never too many.
    MonitoringComplete,
    /// It does not count.
    Disabled,
}

impl CircuitBreakerStatus {
    /// The status as AWS spells it: `MONITORING_COMPLETE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triggered => "TRIGGERED",
            Self::Monitoring => "MONITORING",
            Self::MonitoringComplete => "MONITORING_COMPLETE",
            Self::Disabled => "DISABLED",
        }
    }
}

impl Deployment {
    /// How the revisions stand: sources and target.
    pub(super) fn counts(&self, identity: &Identity, fleets: &Fleets) -> (Vec<Counts>, Counts) {
        let sources = self.sources.iter().map(|it| counts(*it, identity, fleets)).collect();
        (sources, counts(self.target, identity, fleets))
    }

    pub(super) fn describe(&self, identity: &Identity, fleets: &Fleets) -> ServiceDeployment {
        let (source_service_revisions, target_service_revision) =
            self.last_counts.clone().unwrap_or_else(|| self.counts(identity, fleets));
        ServiceDeployment {
            arn: self.arn.clone(),
            deployment_id: self.id.clone(),
            service_arn: identity.service_arn.clone(),
            cluster_arn: identity.cluster_arn.clone(),
            status: self.status,
            status_reason: self.reason.clone(),
            lifecycle_stage: self.stage,
            deployment_configuration: self.configuration.clone(),
            source_service_revisions,
            target_service_revision,
            lifecycle_hook_details: self.hooks.clone(),
            rollback: self.rollback.clone(),
            alarms: AlarmsReport {
                alarm_names: self.configuration.alarms.names.clone(),
                triggered_alarm_names: self.triggered_alarms.clone(),
            },
            deployment_circuit_breaker: self.describe_breaker(fleets),
            created_at: self.created_at,
            started_at: self.started_at,
            updated_at: self.updated_at,
            finished_at: self.finished_at,
            stopped_at: self.stopped_at,
        }
    }

    fn describe_breaker(&self, fleets: &Fleets) -> CircuitBreakerReport {
        let configuration = self.configuration.circuit_breaker;
        let status = if !configuration.enable || !self.is_rolling() {
            CircuitBreakerStatus::Disabled
        } else if self.breaker.triggered {
            CircuitBreakerStatus::Triggered
        } else if self.status.is_final() {
            CircuitBreakerStatus::MonitoringComplete
        } else {
            CircuitBreakerStatus::Monitoring
        };
        CircuitBreakerReport {
            status,
            failure_count: self.breaker.failures,
            threshold: configuration.threshold.tasks(fleets.desired),
        }
    }
}
