//! What ECS refuses before it begins.
//!
//! Bounds: `API_DeploymentConfiguration` and the types it names; where a pause may stand:
//! `deployment-lifecycle-hooks`; what needs a load balancer: `blue-green-deployment-implementation`.

use std::ops::RangeInclusive;

use super::{
    ApiError, DeploymentConfiguration, LifecycleStage, Strategy, TaskDefinition, Threshold,
};

/// The longest bake of a deployment or a step.
const BAKE: RangeInclusive<u32> = 0..=1440;
/// A pause may be left unanswered for so many minutes; 14 days at most.
const PAUSE: RangeInclusive<u32> = 1..=20_160;
/// Pause hooks of one service.
const PAUSES: usize = 10;
/// Deployments of one service that are not over.
pub(super) const ACTIVE_DEPLOYMENTS: usize = 5;
/// More tasks than a service may have (service quota, 5,000).
const TASKS: u32 = 5000;

pub(super) fn configuration(
    configuration: &DeploymentConfiguration,
    has_load_balancer: bool,
) -> Result<(), ApiError> {
    let strategy = configuration.strategy;
    within("bakeTimeInMinutes", configuration.bake_time_minutes, BAKE)?;
    if let Some(canary) = configuration.canary {
        tenths("canaryConfiguration.canaryPercent", canary.percent.0, 1)?;
        within("canaryConfiguration.canaryBakeTimeInMinutes", canary.bake_minutes, BAKE)?;
        only_with("canaryConfiguration", strategy, Strategy::Canary)?;
    }
    if let Some(linear) = configuration.linear {
        tenths("linearConfiguration.stepPercent", linear.step_percent.0, 30)?;
        within("linearConfiguration.stepBakeTimeInMinutes", linear.step_bake_minutes, BAKE)?;
        only_with("linearConfiguration", strategy, Strategy::Linear)?;
    }
    if matches!(strategy, Strategy::Linear | Strategy::Canary) && !has_load_balancer {
        let strategy = strategy.as_str();
        return Err(ApiError::invalid(format!(
            "the deployment strategy {strategy} shifts traffic and needs a load balancer"
        )));
    }

    hooks(configuration, has_load_balancer)?;
    if let Threshold::BoundedPercent(percent) | Threshold::UnboundedPercent(percent) =
        configuration.circuit_breaker.threshold
        && percent == 0
    {
        return Err(ApiError::invalid("the circuit breaker's threshold must be above 0"));
    }
    if configuration.alarms.enable && configuration.alarms.names.is_empty() {
        return Err(ApiError::invalid("alarms are enabled and none is named"));
    }
    Ok(())
}

pub(super) fn task_definition(task_definition: &TaskDefinition) -> Result<(), ApiError> {
    if task_definition.arn.is_empty() || task_definition.image.is_empty() {
        return Err(ApiError::client("the task definition has no ARN or no image"));
    }
    Ok(())
}

pub(super) fn desired_count(count: u32) -> Result<(), ApiError> {
    within("desiredCount", count, 0..=TASKS)
}

fn hooks(configuration: &DeploymentConfiguration, has_load_balancer: bool) -> Result<(), ApiError> {
    let hooks = &configuration.lifecycle_hooks;
    if hooks.is_empty() {
        return Ok(());
    }
    if configuration.strategy == Strategy::Rolling {
        return Err(ApiError::invalid("a rolling deployment has no lifecycle hooks"));
    }
    if !has_load_balancer {
        return Err(ApiError::invalid("lifecycle hooks need a load balancer"));
    }
    if hooks.len() > PAUSES {
        let count = hooks.len();
        return Err(ApiError::invalid(format!(
            "there are {count} pause hooks and at most {PAUSES} are allowed"
        )));
    }
    for hook in hooks {
        within("timeoutConfiguration.timeoutInMinutes", hook.timeout_minutes, PAUSE)?;
        if hook.stages.is_empty() {
            return Err(ApiError::invalid("a lifecycle hook names no stage"));
        }
        if let Some(stage) =
            hook.stages.iter().copied().find(|stage| !LifecycleStage::may_pause(*stage))
        {
            return Err(ApiError::invalid(format!("a PAUSE hook cannot stand at {stage}")));
        }
    }
    Ok(())
}

fn within(field: &str, value: u32, range: RangeInclusive<u32>) -> Result<(), ApiError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(ApiError::invalid(format!("{field} is {value} and must be from {least} to {most}")))
}

fn tenths(field: &str, value: u16, least: u16) -> Result<(), ApiError> {
    if (least..=1000).contains(&value) {
        return Ok(());
    }
    let (value, least) = (f64::from(value) / 10.0, f64::from(least) / 10.0);
    Err(ApiError::invalid(format!("{field} is {value} and must be from {least} to 100")))
}

fn only_with(field: &str, found: Strategy, needed: Strategy) -> Result<(), ApiError> {
    if found == needed {
        return Ok(());
    }
    let (found, needed) = (found.as_str(), needed.as_str());
    Err(ApiError::invalid(format!("{field} goes with the strategy {needed}, not {found}")))
}
