//! How traffic moves from blue to green, and where the pauses are in which we are asked.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::seconds::Seconds;

/// How ECS moves a service from blue to green.
///
/// Source: the ECS API reference, `DeploymentConfiguration.strategy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Strategy {
    /// All at once, both fleets standing.
    BlueGreen {},
    /// A small share first, then everything.
    Canary {
        /// The first share.
        percent: Percent,
        /// How long the first share is watched.
        hold: Seconds,
    },
    /// Equal steps.
    Linear {
        /// The size of each step, at least 3 %.
        step: Percent,
        /// How long each step but the last is watched.
        hold: Seconds,
    },
    /// Task by task, for services without a load balancer. There is no pause in it.
    Rolling {},
}

/// A share of traffic in percent, in steps of 0.1, from 0.1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Percent(#[schemars(range(min = 0.1, max = 100.0), extend("multipleOf" = 0.1))] f64);

impl Percent {
    /// The share, if it is one: 0.1 to 100 in steps of 0.1.
    pub fn new(percent: f64) -> Option<Self> {
        let tenths = percent * 10.0;
        let whole = (tenths - tenths.round()).abs() < 1e-6;
        (whole && (1.0..=1000.0).contains(&tenths.round())).then_some(Self(percent))
    }

    /// In percent.
    pub fn value(self) -> f64 {
        self.0
    }

    /// In tenths of a percent.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a Percent is 0.1 to 100"
    )]
    pub fn tenths(self) -> u16 {
        (self.0 * 10.0).round() as u16
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let percent = f64::deserialize(deserializer)?;
        Self::new(percent).ok_or_else(|| {
            de::Error::custom(format_args!(
                "{percent} is not a share of traffic: 0.1 to 100 in steps of 0.1"
            ))
        })
    }
}

/// A stage of an ECS service deployment in which it can pause and ask.
///
/// `PRE_PRODUCTION_TRAFFIC_SHIFT` is answered by ECS although the SDK's enum lacks it.
/// Source: the ECS developer guide, "Amazon ECS blue/green deployments workflow".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    /// Green answers on the test listener; production sees none of it.
    PostTestTrafficShift,
    /// Before every step of a canary or linear shift; production sees the step before.
    PreProductionTrafficShift,
    /// Production sees only green; blue is still warm.
    PostProductionTrafficShift,
}

impl Stage {
    /// The name in the ECS API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            Self::PreProductionTrafficShift => "PRE_PRODUCTION_TRAFFIC_SHIFT",
            Self::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place where the deployment stops and asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Where.
    pub stage: Stage,
    /// How long what stands there is watched before it goes on.
    pub hold: Seconds,
    /// After this ECS rolls back by itself, because nobody answered. Always longer than `hold`.
    pub gives_up: Seconds,
}

/// What we allow ourselves at a pause beyond its hold: checks that need a second look, an alarm
/// that must clear, a Cutover that is slow to wake. After that ECS takes green back.
const PATIENCE: Seconds = Seconds::minutes(30);

/// The longest that a pause waits for a person to decide: ECS ends a stage after 24 hours.
pub const LONGEST_PAUSE: Seconds = Seconds(23 * 3600 + 1800);

impl Pause {
    /// The same pause, with all the time there is for a person.
    #[must_use]
    pub fn held(self) -> Self {
        Self { gives_up: LONGEST_PAUSE, ..self }
    }

    /// The same pause, with so much more time for people.
    #[must_use]
    pub fn prolonged(self, by: Seconds) -> Self {
        let gives_up = Seconds(self.gives_up.0 + by.0).min(LONGEST_PAUSE);
        Self { gives_up: gives_up.max(self.gives_up), ..self }
    }
}

impl Strategy {
    /// The pauses of a deployment with this strategy, whose end is watched for `bake`.
    pub fn pauses(&self, bake: Seconds) -> Vec<Pause> {
        let pause =
            |stage, hold: Seconds| Pause { stage, hold, gives_up: Seconds(hold.0 + PATIENCE.0) };
        let first = pause(Stage::PostTestTrafficShift, Seconds(0));
        let last = pause(Stage::PostProductionTrafficShift, bake);

        match self {
            Self::BlueGreen {} => vec![first, last],
            Self::Canary { hold, .. } | Self::Linear { hold, .. } => {
                vec![first, pause(Stage::PreProductionTrafficShift, *hold), last]
            }
            Self::Rolling {} => vec![],
        }
    }

    /// How an earlier release comes back: all at once, where two fleets can stand.
    #[must_use]
    pub fn way_back(&self) -> Self {
        match self {
            Self::BlueGreen {} | Self::Canary { .. } | Self::Linear { .. } => Self::BlueGreen {},
            Self::Rolling {} => Self::Rolling {},
        }
    }

    /// The pauses of a way back. One is left: traffic goes to what is healthy, or stays.
    pub fn pauses_of_way_back(&self) -> Vec<Pause> {
        let mut pauses = self.way_back().pauses(Seconds(0));
        pauses.retain(|pause| pause.stage == Stage::PostTestTrafficShift);
        pauses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strategy_with_two_fleets_asks_before_production_and_before_blue_goes() {
        let minute = Seconds::minutes(1);
        let percent = Percent::new(10.0).unwrap();
        for (strategy, pauses) in [
            (Strategy::BlueGreen {}, 2),
            (Strategy::Canary { percent, hold: minute }, 3),
            (Strategy::Linear { step: percent, hold: minute }, 3),
        ] {
            let asked = strategy.pauses(Seconds::minutes(10));
            assert_eq!(asked.len(), pauses, "{strategy:?}");
            assert_eq!(asked[0].stage, Stage::PostTestTrafficShift);
            assert_eq!(asked[pauses - 1].stage, Stage::PostProductionTrafficShift);
            assert_eq!(asked[pauses - 1].hold, Seconds::minutes(10));
            assert!(asked.iter().all(|pause| pause.gives_up > pause.hold));
        }
        assert!(Strategy::Rolling {}.pauses(minute).is_empty());
    }

    #[test]
    fn a_share_comes_in_tenths_of_a_percent() {
        for (text, right) in [
            ("5", true),
            ("0.1", true),
            ("33.3", true),
            ("0", false),
            ("0.05", false),
            ("101", false),
        ] {
            assert_eq!(serde_json::from_str::<Percent>(text).is_ok(), right, "{text}");
        }
    }
}
