//! What ECS is told of a deployment.

use aws_sdk_ecs::types::{
    CanaryConfiguration, DeploymentAlarms, DeploymentCircuitBreaker, DeploymentConfiguration,
    DeploymentLifecycleHook, DeploymentLifecycleHookAction, DeploymentLifecycleHookStage,
    DeploymentLifecycleHookTargetType, DeploymentLifecycleHookTimeoutConfiguration,
    DeploymentStrategy, LinearConfiguration,
};
use domain::Failure;
use domain::strategy::{Pause, Strategy};
use workflow::ports::Deployment;

/// The deployment in the words of ECS.
///
/// What is left out keeps the value that the service has, so everything that we rest on is said,
/// also where it is nothing: no hooks, no alarms, no circuit breaker. How many tasks may start or
/// be missing at a time is the service's own.
pub(super) fn configuration(launch: &Deployment) -> Result<DeploymentConfiguration, Failure> {
    let hooks = launch.pauses.iter().map(hook).collect();
    let built = DeploymentConfiguration::builder()
        .set_lifecycle_hooks(Some(hooks))
        .alarms(alarms(&launch.alarms)?)
        .deployment_circuit_breaker(circuit_breaker(&launch.strategy));
    // Every step and the end are held by our pauses, so ECS's own bakes are set to their least.
    let built = match &launch.strategy {
        Strategy::BlueGreen {} => {
            built.strategy(DeploymentStrategy::BlueGreen).bake_time_in_minutes(0)
        }
        Strategy::Canary { percent, .. } => {
            let canary = CanaryConfiguration::builder()
                .canary_percent(percent.value())
                .canary_bake_time_in_minutes(0);
            built
                .strategy(DeploymentStrategy::Canary)
                .canary_configuration(canary.build())
                .bake_time_in_minutes(0)
        }
        Strategy::Linear { step, .. } => {
            let linear = LinearConfiguration::builder()
                .step_percent(step.value())
                .step_bake_time_in_minutes(0);
            built
                .strategy(DeploymentStrategy::Linear)
                .linear_configuration(linear.build())
                .bake_time_in_minutes(0)
        }
        // A rolling deployment has no bake to set.
        Strategy::Rolling {} => built.strategy(DeploymentStrategy::Rolling),
    };
    Ok(built.build())
}

/// A pause: a place where ECS stops until it is answered, and goes back if nobody does.
fn hook(pause: &Pause) -> DeploymentLifecycleHook {
    let minutes = i32::try_from(pause.gives_up.in_minutes()).unwrap_or(i32::MAX);
    let timeout = DeploymentLifecycleHookTimeoutConfiguration::builder()
        .timeout_in_minutes(minutes)
        .action(DeploymentLifecycleHookAction::Rollback);
    DeploymentLifecycleHook::builder()
        .target_type(DeploymentLifecycleHookTargetType::Pause)
        .lifecycle_stages(DeploymentLifecycleHookStage::from(pause.stage.as_str()))
        .timeout_configuration(timeout.build())
        .build()
}

fn alarms(names: &[String]) -> Result<DeploymentAlarms, Failure> {
    DeploymentAlarms::builder()
        .set_alarm_names(Some(names.to_vec()))
        .enable(!names.is_empty())
        .rollback(!names.is_empty())
        .build()
        .map_err(|error| Failure::Invalid(error.to_string()))
}

/// Where there is no pause, ECS itself counts the tasks that do not start.
///
/// Source: the ECS API reference, `DeploymentConfiguration.deploymentCircuitBreaker`: for rolling
/// deployments only.
fn circuit_breaker(strategy: &Strategy) -> DeploymentCircuitBreaker {
    let rolling = matches!(strategy, Strategy::Rolling {});
    DeploymentCircuitBreaker::builder().enable(rolling).rollback(rolling).build()
}
