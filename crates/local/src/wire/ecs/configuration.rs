//! `deploymentConfiguration`, as `UpdateService` takes it.
//!
//! Names and defaults: `API_DeploymentConfiguration` and the types it names. What is read here is
//! then held against ECS's bounds by the model itself.
//!
//! What is left out stays as the service has it. No page of AWS says so; Terraform's provider for AWS
//! does ("To remove an existing deployment circuit breaker, specify an empty object",
//! `internal/service/ecs/service.go`). Whoever rests on a default must say it.

use serde::Deserialize;

use crate::ecs::{
    Alarms, ApiError, Canary, CircuitBreaker, DeploymentConfiguration, ErrorCode, Hook, HookAction,
    LifecycleStage, Linear, Strategy, Threshold,
};
use crate::plant::Share;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Configuration {
    strategy: Option<Strategy>,
    bake_time_in_minutes: Option<u32>,
    #[serde(rename = "canaryConfiguration")]
    canary: Option<CanaryInput>,
    #[serde(rename = "linearConfiguration")]
    linear: Option<LinearInput>,
    lifecycle_hooks: Option<Vec<HookInput>>,
    alarms: Option<AlarmsInput>,
    deployment_circuit_breaker: Option<BreakerInput>,
    maximum_percent: Option<u32>,
    minimum_healthy_percent: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CanaryInput {
    canary_percent: Option<f64>,
    canary_bake_time_in_minutes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LinearInput {
    step_percent: Option<f64>,
    step_bake_time_in_minutes: Option<u32>,
}

/// A hook. Its target, role and details belong to hooks that are Lambda functions.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HookInput {
    target_type: Option<String>,
    lifecycle_stages: Option<Vec<LifecycleStage>>,
    timeout_configuration: Option<TimeoutInput>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TimeoutInput {
    timeout_in_minutes: Option<u32>,
    action: Option<HookAction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AlarmsInput {
    alarm_names: Vec<String>,
    enable: bool,
    rollback: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BreakerInput {
    enable: bool,
    rollback: bool,
    reset_on_healthy_task: Option<bool>,
    threshold_configuration: Option<ThresholdInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ThresholdInput {
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Option<u32>,
}

impl Configuration {
    /// The same in the words of the model, where it was `kept` until now.
    pub(super) fn read(
        self,
        kept: DeploymentConfiguration,
    ) -> Result<DeploymentConfiguration, ApiError> {
        only("maximumPercent", self.maximum_percent, 200)?;
        only("minimumHealthyPercent", self.minimum_healthy_percent, 100)?;
        let strategy = self.strategy.unwrap_or(kept.strategy);
        let hooks = self.lifecycle_hooks.map(|hooks| {
            let hooks = hooks.into_iter().enumerate();
            hooks.map(|(number, hook)| hook.read(number)).collect::<Result<Vec<_>, _>>()
        });
        Ok(DeploymentConfiguration {
            strategy,
            bake_time_minutes: self.bake_time_in_minutes.unwrap_or(kept.bake_time_minutes),
            canary: match self.canary {
                Some(canary) => Some(canary.read()?),
                // The steps of another strategy mean nothing any more.
                None => kept.canary.filter(|_| strategy == Strategy::Canary),
            },
            linear: match self.linear {
                Some(linear) => Some(linear.read()?),
                None => kept.linear.filter(|_| strategy == Strategy::Linear),
            },
            lifecycle_hooks: hooks.transpose()?.unwrap_or(kept.lifecycle_hooks),
            alarms: self.alarms.map(AlarmsInput::read).unwrap_or(kept.alarms),
            circuit_breaker: match self.deployment_circuit_breaker {
                Some(breaker) => breaker.read()?,
                None => kept.circuit_breaker,
            },
        })
    }
}

impl CanaryInput {
    fn read(self) -> Result<Canary, ApiError> {
        let Canary { percent, bake_minutes } = Canary::default();
        Ok(Canary {
            percent: match self.canary_percent {
                Some(percent) => share("canaryConfiguration.canaryPercent", percent)?,
                None => percent,
            },
            bake_minutes: self.canary_bake_time_in_minutes.unwrap_or(bake_minutes),
        })
    }
}

impl LinearInput {
    fn read(self) -> Result<Linear, ApiError> {
        let Linear { step_percent, step_bake_minutes } = Linear::default();
        Ok(Linear {
            step_percent: match self.step_percent {
                Some(percent) => share("linearConfiguration.stepPercent", percent)?,
                None => step_percent,
            },
            step_bake_minutes: self.step_bake_time_in_minutes.unwrap_or(step_bake_minutes),
        })
    }
}

impl HookInput {
    fn read(self, number: usize) -> Result<Hook, ApiError> {
        // Without a type it is a Lambda function.
        let kind = self.target_type.as_deref().unwrap_or("AWS_LAMBDA");
        if kind != "PAUSE" {
            return Err(invalid(format!(
                "lifecycleHooks[{number}].targetType is {kind:?}, and only PAUSE is had here"
            )));
        }
        let timeout = self.timeout_configuration.unwrap_or_default();
        Ok(Hook {
            stages: self.lifecycle_stages.unwrap_or_default(),
            timeout_minutes: timeout.timeout_in_minutes.unwrap_or(1440),
            timeout_action: timeout.action.unwrap_or(HookAction::Rollback),
        })
    }
}

impl AlarmsInput {
    fn read(self) -> Alarms {
        Alarms { names: self.alarm_names, enable: self.enable, rollback: self.rollback }
    }
}

impl BreakerInput {
    fn read(self) -> Result<CircuitBreaker, ApiError> {
        if self.reset_on_healthy_task == Some(false) {
            return Err(invalid(
                "deploymentCircuitBreaker.resetOnHealthyTask is false, and only true is had here",
            ));
        }
        let threshold = self.threshold_configuration.map(ThresholdInput::read).transpose()?;
        Ok(CircuitBreaker {
            enable: self.enable,
            rollback: self.rollback,
            threshold: threshold.unwrap_or_default(),
        })
    }
}

impl ThresholdInput {
    fn read(self) -> Result<Threshold, ApiError> {
        let value = self.value.unwrap_or(50);
        match self.kind.as_deref().unwrap_or("BOUNDED_PERCENT") {
            "COUNT" => Ok(Threshold::Count(value)),
            "BOUNDED_PERCENT" => Ok(Threshold::BoundedPercent(value)),
            "UNBOUNDED_PERCENT" => Ok(Threshold::UnboundedPercent(value)),
            other => Err(invalid(format!(
                "deploymentCircuitBreaker.thresholdConfiguration.type is {other:?} and must be \
                 COUNT, BOUNDED_PERCENT or UNBOUNDED_PERCENT"
            ))),
        }
    }
}

/// The model has no choice here: a rolling deployment keeps all tasks, and may have as many again.
fn only(field: &str, given: Option<u32>, had: u32) -> Result<(), ApiError> {
    match given {
        Some(given) if given != had => {
            Err(invalid(format!("{field} is {given}, and only {had} is had here")))
        }
        _ => Ok(()),
    }
}

/// A percentage, which ECS counts in tenths.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is a whole number from 0 to 1000"
)]
fn share(field: &str, percent: f64) -> Result<Share, ApiError> {
    let tenths = (percent * 10.0).round();
    let is_exact = (percent * 10.0 - tenths).abs() < 1e-6;
    match is_exact && (0.0..=1000.0).contains(&tenths) {
        true => Ok(Share(tenths as u16)),
        false => {
            Err(invalid(format!("{field} is {percent} and must be a multiple of 0.1 up to 100")))
        }
    }
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError { code: ErrorCode::InvalidParameterException, message: message.into() }
}
