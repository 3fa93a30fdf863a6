//! Whether a deployment has what it needs from people before it goes on.

mod asking;
mod said;

pub use asking::{About, Asking};
pub use said::{Approve, Approved, Said, Word};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::seconds::Seconds;
use crate::strategy::{LONGEST_PAUSE, Stage};

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

/// What people say of a pause at which all else is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It goes on, and why if they were asked.
    GoesOn(Option<String>),
    /// They are asked.
    Asked(Asking),
    /// Nobody answered, and it is taken back.
    Overdue(String),
}

impl Before {
    /// Whether a pause is where it waits. Before the first step production sees nothing of green.
    fn is_at(self, stage: Stage, share: f64) -> bool {
        match self {
            Self::Production => stage == Stage::PostTestTrafficShift,
            Self::Steps => stage == Stage::PreProductionTrafficShift && share > 0.0,
            Self::End => stage == Stage::PostProductionTrafficShift,
        }
    }

    /// The stage of the pauses at which it waits.
    pub fn stage(self) -> Stage {
        match self {
            Self::Production => Stage::PostTestTrafficShift,
            Self::Steps => Stage::PreProductionTrafficShift,
            Self::End => Stage::PostProductionTrafficShift,
        }
    }
}

/// Whether the pause at `stage`, which waits since `since`, has the approval that it needs. A way
/// back needs none.
pub(crate) fn stands(
    plan: &Plan,
    stage: Stage,
    share: f64,
    hold: Seconds,
    since: Timestamp,
    words: &[Word],
    now: Timestamp,
) -> Standing {
    let wanted = plan.service.approval.as_ref();
    let wanted = wanted.filter(|it| it.before.is_at(stage, share) && !plan.cause.is_urgent());
    let Some(approval) = wanted else { return Standing::GoesOn(None) };

    let said = words.iter().filter(|word| word.about == About::Approval && word.at >= since);
    let by: Vec<&str> = said.map(|word| word.by.as_str()).collect();
    let missing = usize::from(approval.count).saturating_sub(by.len());
    if missing == 0 {
        return Standing::GoesOn(Some(format!("approved by {}", by.join(" and "))));
    }
    let until = Seconds(hold.0 + approval.within.0).after(since);
    if until <= now {
        let within = approval.within;
        return match approval.otherwise {
            Otherwise::TakeBack => Standing::Overdue(format!("not approved in {within}")),
            Otherwise::GoOn => {
                Standing::GoesOn(Some(format!("not approved in {within}, and goes on as agreed")))
            }
        };
    }
    let of = match approval.of.as_slice() {
        [] => String::new(),
        names => format!(" of {}", names.join(", ")),
    };
    Standing::Asked(Asking {
        about: About::Approval,
        why: format!("waits for {missing} more to approve{of}"),
        of: approval.of.clone(),
        not: plan.by.clone().filter(|_| !approval.author),
        since,
        until,
    })
}

/// What is asked where a document says `on_failure: hold`, and why it waits.
pub(crate) fn held(plan: &Plan, why: &str, since: Timestamp) -> Asking {
    Asking {
        about: About::Hold,
        why: format!("held for a person to decide: {why}"),
        of: plan.service.approval.as_ref().map(|it| it.of.clone()).unwrap_or_default(),
        not: None,
        since,
        until: LONGEST_PAUSE.after(since),
    }
}

#[cfg(test)]
mod tests;
