//! How a service is to be deployed: strategy, pauses, alarms, circuit breaker.
//!
//! Names, bounds and defaults: `API_DeploymentConfiguration` and the types it names.

use serde::{Deserialize, Serialize};

use super::LifecycleStage;
use crate::plant::Share;

/// What `UpdateService` calls `deploymentConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentConfiguration {
    /// How traffic and tasks move.
    pub strategy: Strategy,
    /// How long both revisions run after all production traffic is on green: 0 to 1440 minutes.
    /// Rolling deployments have no bake.
    pub bake_time_minutes: u32,
    /// The canary's size and time; AWS's defaults when absent.
    pub canary: Option<Canary>,
    /// The steps' size and time; AWS's defaults when absent.
    pub linear: Option<Linear>,
    /// Where the deployment pauses. At most ten.
    pub lifecycle_hooks: Vec<Hook>,
    /// Which alarms end it.
    pub alarms: Alarms,
    /// When failing tasks end it. Rolling deployments only.
    pub circuit_breaker: CircuitBreaker,
}

/// How traffic and tasks move from blue to green.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// Task by task, in one target group.
    #[default]
    Rolling,
    /// All traffic in one step.
    BlueGreen,
    /// Equal steps.
    Linear,
    /// A small step, then the rest.
    Canary,
}

impl Strategy {
    /// The strategy as AWS spells it: `BLUE_GREEN`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rolling => "ROLLING",
            Self::BlueGreen => "BLUE_GREEN",
            Self::Linear => "LINEAR",
            Self::Canary => "CANARY",
        }
    }
}

/// What `canaryConfiguration` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// The first step: 0.1 % to 100 %.
    pub percent: Share,
    /// How long it lasts: 0 to 1440 minutes.
    pub bake_minutes: u32,
}

impl Default for Canary {
    fn default() -> Self {
        Self { percent: Share(50), bake_minutes: 10 }
    }
}

/// What `linearConfiguration` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linear {
    /// Every step: 3 % to 100 %.
    pub step_percent: Share,
    /// How long each lasts but the last: 0 to 1440 minutes.
    pub step_bake_minutes: u32,
}

impl Default for Linear {
    fn default() -> Self {
        Self { step_percent: Share(100), step_bake_minutes: 6 }
    }
}

/// A `PAUSE` hook: the deployment waits at these stages until it is told what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// Where: `lifecycleStages`.
    pub stages: Vec<LifecycleStage>,
    /// How long: 1 to 20160 minutes.
    pub timeout_minutes: u32,
    /// What happens when nobody answered.
    pub timeout_action: HookAction,
}

impl Hook {
    /// A pause at one stage, with AWS's defaults: a day, then roll back.
    pub fn pause(stage: LifecycleStage) -> Self {
        Self { stages: vec![stage], timeout_minutes: 1440, timeout_action: HookAction::Rollback }
    }
}

/// What a waiting deployment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HookAction {
    /// Go on.
    Continue,
    /// Go back.
    Rollback,
}

impl HookAction {
    /// The action as AWS spells it: `CONTINUE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "CONTINUE",
            Self::Rollback => "ROLLBACK",
        }
    }
}

/// What `alarms` says. An alarm that rings before the deployment starts is ignored for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarms {
    /// The alarms' names.
    pub names: Vec<String>,
    /// Whether they are looked at.
    pub enable: bool,
    /// Whether one that rings rolls back; otherwise it stops the deployment where it is.
    pub rollback: bool,
}

/// What `deploymentCircuitBreaker` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CircuitBreaker {
    /// Whether failing tasks are counted.
    pub enable: bool,
    /// Whether too many roll back; otherwise they stop the deployment where it is.
    pub rollback: bool,
    /// How many are too many.
    pub threshold: Threshold,
}

/// How many failed tasks in a row, without a healthy one between, open the circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Threshold {
    /// So many.
    Count(u32),
    /// So many percent of the desired count, but at least 3 and at most 200 tasks.
    BoundedPercent(u32),
    /// So many percent of the desired count.
    UnboundedPercent(u32),
}

impl Default for Threshold {
    fn default() -> Self {
        Self::BoundedPercent(50)
    }
}

impl Threshold {
    /// The number of failed tasks that opens the breaker of a service of `desired` tasks.
    pub fn tasks(self, desired: u32) -> u32 {
        let share = |percent: u32| {
            let tasks = (u64::from(desired) * u64::from(percent)).div_ceil(100);
            u32::try_from(tasks).unwrap_or(u32::MAX)
        };
        match self {
            Self::Count(count) => count.max(1),
            Self::BoundedPercent(percent) => share(percent).clamp(3, 200),
            Self::UnboundedPercent(percent) => share(percent).max(1),
        }
    }
}

impl DeploymentConfiguration {
    /// Green's production share at a step, how long the step bakes, and whether it is the last.
    pub(super) fn step(&self, step: u32) -> Step {
        match self.strategy {
            Strategy::Canary if step == 0 => {
                let Canary { percent, bake_minutes } = self.canary.unwrap_or_default();
                Step { share: percent, bake_minutes, last: false }
            }
            Strategy::Rolling | Strategy::BlueGreen | Strategy::Canary => Step::LAST,
            Strategy::Linear => {
                let Linear { step_percent, step_bake_minutes } = self.linear.unwrap_or_default();
                let share = u32::from(step_percent.0).saturating_mul(step.saturating_add(1));
                match u16::try_from(share) {
                    Ok(share) if share < Share::ALL.0 => {
                        Step { share: Share(share), bake_minutes: step_bake_minutes, last: false }
                    }
                    _ => Step::LAST,
                }
            }
        }
    }
}

/// One shift of production traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub share: Share,
    pub bake_minutes: u32,
    pub last: bool,
}

impl Step {
    /// The last step is not baked: `BAKE_TIME` follows.
    const LAST: Self = Self { share: Share::ALL, bake_minutes: 0, last: true };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(configuration: &DeploymentConfiguration) -> Vec<u16> {
        let mut shares = Vec::new();
        for number in 0.. {
            let step = configuration.step(number);
            shares.push(step.share.0);
            if step.last {
                break;
            }
        }
        shares
    }

    #[test]
    fn steps_rise_to_all_traffic() {
        let linear = |step| DeploymentConfiguration {
            strategy: Strategy::Linear,
            linear: Some(Linear { step_percent: Share(step), step_bake_minutes: 1 }),
            ..Default::default()
        };
        let canary = |percent| DeploymentConfiguration {
            strategy: Strategy::Canary,
            canary: Some(Canary { percent: Share(percent), bake_minutes: 1 }),
            ..Default::default()
        };

        assert_eq!(shares(&linear(300)), [300, 600, 900, 1000]);
        assert_eq!(shares(&linear(1000)), [1000]);
        assert_eq!(shares(&canary(1)), [1, 1000]);
        assert_eq!(shares(&canary(1000)), [1000, 1000], "a canary is always two steps");
    }

    #[test]
    fn a_bounded_threshold_stays_between_3_and_200() {
        let tasks = |desired| Threshold::default().tasks(desired);
        assert_eq!([tasks(1), tasks(5), tasks(7), tasks(25), tasks(4000)], [3, 3, 4, 13, 200]);
        assert_eq!(Threshold::UnboundedPercent(50).tasks(0), 1);
    }
}
