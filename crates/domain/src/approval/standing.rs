//! Whether a pause has the approval that it needs.

use jiff::Timestamp;

use super::{About, Asking, Before, Otherwise, Word};
use crate::plan::Plan;
use crate::seconds::Seconds;
use crate::strategy::{LONGEST_PAUSE, Stage};

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
