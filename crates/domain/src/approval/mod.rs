//! Whether a deployment has what it needs from people before it goes on.

mod asking;
mod said;
mod standing;
mod word;

pub use asking::{About, Asking};
pub use said::{Approve, Approved, Said};
pub(crate) use standing::{Standing, held, stands};
pub use word::Word;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::seconds::Seconds;
use crate::strategy::Stage;

/// Who is asked, in a service document, before a deployment goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Where it waits for them.
    #[serde(default)]
    pub before: Before,
    /// Who may approve, by the names that they give or that Slack gives them; everybody if nobody
    /// is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// How many of them are needed.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub count: u8,
    /// Whether one of them may be who pushed the image, or asked for the deployment.
    #[serde(default)]
    pub author: bool,
    /// How long they have.
    #[serde(default = "four_hours")]
    pub within: Seconds,
    /// What is done when that has passed.
    #[serde(default)]
    pub otherwise: Otherwise,
}

/// Where a deployment waits for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// Green answers on the test listener; production has seen none of it.
    #[default]
    Production,
    /// Each further step of a canary or linear shift.
    Steps,
    /// Production has all of green, and blue still stands.
    End,
}

/// What is done when nobody answered in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// Green is taken back.
    #[default]
    TakeBack,
    /// It goes on.
    GoOn,
}

fn one() -> u8 {
    1
}

fn four_hours() -> Seconds {
    Seconds(4 * 3600)
}

impl Before {
    /// The stage of the pauses at which it waits.
    pub fn stage(self) -> Stage {
        match self {
            Self::Production => Stage::PostTestTrafficShift,
            Self::Steps => Stage::PreProductionTrafficShift,
            Self::End => Stage::PostProductionTrafficShift,
        }
    }
}

#[cfg(test)]
mod tests;
