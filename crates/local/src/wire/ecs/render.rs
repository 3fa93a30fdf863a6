//! Services, deployments and revisions in the words of the API reference.
//!
//! Left out is what the model does not have: networks, listeners, tags, the `deployments` of old.

use domain::preflight::{Capacity, LoadBalancer, Wiring};
use serde_json::{Value, json};

use crate::account::{family, target_group};
use crate::ecs::{
    CircuitBreakerStatus, Counts, DeploymentConfiguration, Hook, HookDetail, LifecycleStage,
    Revision, ServiceDeployment, ServiceDescription, Threshold,
};
use crate::wire::values::seconds;

/// An entry of `failures`: there is no such thing.
pub(super) fn missing(arn: &str) -> Value {
    json!({ "arn": arn, "reason": "MISSING" })
}

/// `API_Service`.
pub(super) fn service(service: &ServiceDescription, wiring: &Wiring) -> Value {
    let revisions = service.current_service_revisions.iter().map(|revision| {
        json!({
            "arn": revision.arn,
            "requestedTaskCount": revision.requested_task_count,
            "runningTaskCount": revision.running_task_count,
            "pendingTaskCount": revision.pending_task_count,
        })
    });
    json!({
        "serviceArn": service.service_arn,
        "serviceName": service.service_name,
        "clusterArn": service.cluster_arn,
        "status": "ACTIVE",
        "schedulingStrategy": "REPLICA",
        "deploymentController": { "type": wiring.controller },
        "launchType": match wiring.capacity {
            Capacity::Fargate(_) => Some("FARGATE"),
            Capacity::Instances => Some("EC2"),
            Capacity::Provider => None,
        },
        "capacityProviderStrategy": (wiring.capacity == Capacity::Provider)
            .then(|| json!([{ "capacityProvider": "instances", "weight": 1, "base": 0 }])),
        "loadBalancers": wiring.balancers.iter().map(balancer).collect::<Vec<_>>(),
        "desiredCount": service.desired_count,
        "runningCount": service.running_count,
        "pendingCount": service.pending_count,
        "taskDefinition": service.task_definition.arn,
        "deploymentConfiguration": configuration(&service.deployment_configuration),
        "currentServiceDeployment": service.current_service_deployment,
        "currentServiceRevisions": revisions.collect::<Vec<_>>(),
        "createdAt": seconds(service.created_at),
    })
}

/// `API_LoadBalancer`, with its `AdvancedConfiguration`.
fn balancer(balancer: &LoadBalancer) -> Value {
    json!({
        "targetGroupArn": balancer.group,
        "containerPort": 8080,
        "advancedConfiguration": {
            "alternateTargetGroupArn": balancer.alternate,
            "productionListenerRule": balancer.production,
            "testListenerRule": balancer.test,
            "roleArn": balancer.role,
        },
    })
}

/// `API_ServiceDeploymentBrief`.
pub(super) fn brief(deployment: &ServiceDeployment) -> Value {
    json!({
        "serviceDeploymentArn": deployment.arn,
        "serviceArn": deployment.service_arn,
        "clusterArn": deployment.cluster_arn,
        "createdAt": seconds(deployment.created_at),
        "startedAt": deployment.started_at.map(seconds),
        "finishedAt": deployment.finished_at.map(seconds),
        "targetServiceRevisionArn": deployment.target_service_revision.arn,
        "status": deployment.status.as_str(),
        "statusReason": deployment.status_reason,
    })
}

/// `API_ServiceDeployment`.
pub(super) fn deployment(deployment: &ServiceDeployment) -> Value {
    let sources = deployment.source_service_revisions.iter().map(counts);
    let hooks = deployment.lifecycle_hook_details.iter().map(hook_detail);
    let rollback = deployment.rollback.as_ref().map(|rollback| {
        json!({
            "reason": rollback.reason,
            "startedAt": rollback.started_at.map(seconds),
            "serviceRevisionArn": rollback.service_revision_arn,
        })
    });
    let breaker = &deployment.deployment_circuit_breaker;
    json!({
        "serviceDeploymentArn": deployment.arn,
        "serviceArn": deployment.service_arn,
        "clusterArn": deployment.cluster_arn,
        "createdAt": seconds(deployment.created_at),
        "startedAt": deployment.started_at.map(seconds),
        "updatedAt": seconds(deployment.updated_at),
        "finishedAt": deployment.finished_at.map(seconds),
        "stoppedAt": deployment.stopped_at.map(seconds),
        "status": deployment.status.as_str(),
        "statusReason": deployment.status_reason,
        "lifecycleStage": deployment.lifecycle_stage.map(LifecycleStage::as_str),
        "sourceServiceRevisions": sources.collect::<Vec<_>>(),
        "targetServiceRevision": counts(&deployment.target_service_revision),
        "lifecycleHookDetails": hooks.collect::<Vec<_>>(),
        "deploymentConfiguration": configuration(&deployment.deployment_configuration),
        "rollback": rollback,
        "deploymentCircuitBreaker": {
            "status": breaker.status.as_str(),
            "failureCount": breaker.failure_count,
            "threshold": breaker.threshold,
        },
        "alarms": {
            "status": alarms_status(deployment).as_str(),
            "alarmNames": deployment.alarms.alarm_names,
            "triggeredAlarmNames": deployment.alarms.triggered_alarm_names,
        },
    })
}

fn alarms_status(deployment: &ServiceDeployment) -> CircuitBreakerStatus {
    if !deployment.deployment_configuration.alarms.enable {
        CircuitBreakerStatus::Disabled
    } else if !deployment.alarms.triggered_alarm_names.is_empty() {
        CircuitBreakerStatus::Triggered
    } else if deployment.status.is_final() {
        CircuitBreakerStatus::MonitoringComplete
    } else {
        CircuitBreakerStatus::Monitoring
    }
}

/// `API_ServiceRevisionSummary`.
fn counts(revision: &Counts) -> Value {
    json!({
        "arn": revision.arn,
        "requestedTaskCount": revision.requested_task_count,
        "runningTaskCount": revision.running_task_count,
        "pendingTaskCount": revision.pending_task_count,
        "requestedTestTrafficWeight": revision.requested_test_traffic_weight.percent(),
        "requestedProductionTrafficWeight": revision.requested_production_traffic_weight.percent(),
    })
}

/// `API_DeploymentLifecycleHookDetail`. It does not tell the stage: that is the deployment's.
fn hook_detail(hook: &HookDetail) -> Value {
    json!({
        "hookId": hook.hook_id,
        "targetType": "PAUSE",
        "status": hook.status.as_str(),
        "expiresAt": seconds(hook.expires_at),
        "timeoutAction": hook.timeout_action.as_str(),
    })
}

/// `API_ServiceRevision`, of a service that is called so.
pub(super) fn revision(revision: &Revision, service: &ServiceDescription) -> Value {
    json!({
        "serviceRevisionArn": revision.arn,
        "serviceArn": service.service_arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": revision.task_definition.arn,
        "containerImages": [{
            "containerName": family(&revision.task_definition),
            "image": revision.task_definition.image,
            "imageDigest": revision.image_digest(),
        }],
        "createdAt": seconds(revision.created_at),
        "resolvedConfiguration": {
            "loadBalancers": [{ "targetGroupArn": target_group(&revision.arn) }],
        },
    })
}

/// `API_DeploymentConfiguration`.
fn configuration(configuration: &DeploymentConfiguration) -> Value {
    let canary = configuration.canary.map(|canary| {
        json!({
            "canaryPercent": canary.percent.percent(),
            "canaryBakeTimeInMinutes": canary.bake_minutes,
        })
    });
    let linear = configuration.linear.map(|linear| {
        json!({
            "stepPercent": linear.step_percent.percent(),
            "stepBakeTimeInMinutes": linear.step_bake_minutes,
        })
    });
    let breaker = &configuration.circuit_breaker;
    let (kind, value) = match breaker.threshold {
        Threshold::Count(value) => ("COUNT", value),
        Threshold::BoundedPercent(value) => ("BOUNDED_PERCENT", value),
        Threshold::UnboundedPercent(value) => ("UNBOUNDED_PERCENT", value),
    };
    json!({
        "strategy": configuration.strategy.as_str(),
        "bakeTimeInMinutes": configuration.bake_time_minutes,
        "canaryConfiguration": canary,
        "linearConfiguration": linear,
        "lifecycleHooks": configuration.lifecycle_hooks.iter().map(hook).collect::<Vec<_>>(),
        "alarms": {
            "alarmNames": configuration.alarms.names,
            "enable": configuration.alarms.enable,
            "rollback": configuration.alarms.rollback,
        },
        "deploymentCircuitBreaker": {
            "enable": breaker.enable,
            "rollback": breaker.rollback,
            "resetOnHealthyTask": true,
            "thresholdConfiguration": { "type": kind, "value": value },
        },
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
    })
}

/// `API_DeploymentLifecycleHook`.
fn hook(hook: &Hook) -> Value {
    json!({
        "targetType": "PAUSE",
        "lifecycleStages": hook.stages,
        "timeoutConfiguration": {
            "timeoutInMinutes": hook.timeout_minutes,
            "action": hook.timeout_action,
        },
    })
}
