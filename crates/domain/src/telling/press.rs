//! What a person may do about a deployment now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::State;
use crate::approval::{About, Asking};
use crate::desk::Desk;
use crate::outcome::End;
use crate::record::Record;

/// Something that a person may do about a deployment: a button in Slack, a command elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// Let it go on.
    Approve,
    /// Do not let it go on.
    Reject,
    /// Go back to what served before.
    RollBack,
    /// Let nothing new begin.
    Hold,
    /// Let the release be deployed again.
    ReleaseQuarantine,
}

impl Press {
    /// What makes sense now. After a way back nobody is asked to go back once more.
    pub(super) fn of(record: &Record, desk: &Desk, state: &State, now: Timestamp) -> Vec<Self> {
        let urgent = record.plan().is_some_and(|plan| plan.cause.is_urgent());
        match state {
            State::Asks { .. } => vec![Self::Approve, Self::Reject, Self::Hold],
            State::UnderWay if !urgent => vec![Self::RollBack, Self::Hold],
            State::Waiting => vec![Self::Hold],
            State::UnderWay | State::GoingBack => vec![],
            State::Ended { end } => {
                let deployed = desk.deployed.as_ref();
                let ours = deployed.filter(|it| it.deployment == record.deployment);
                let liable = ours.and_then(|it| it.liability.as_ref());
                let blamed = *end == End::Deployed && liable.is_some_and(|it| now <= it.until);
                let green = record.plan().map(|plan| &plan.digest);
                let barred = green.is_some_and(|green| desk.quarantine_of(green, now).is_some());
                let presses = [(blamed, Self::RollBack), (barred, Self::ReleaseQuarantine)];
                presses.into_iter().filter_map(|(it, press)| it.then_some(press)).collect()
            }
        }
    }

    /// By what a machine knows it: `roll_back`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RollBack => "roll_back",
            Self::Hold => "hold",
            Self::ReleaseQuarantine => "release_quarantine",
        }
    }

    /// What stands on the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Reject => "Reject",
            Self::RollBack => "Roll back",
            Self::Hold => "Hold new releases",
            Self::ReleaseQuarantine => "Release the quarantine",
        }
    }

    /// What a person types to the same effect, of a telling's service.
    pub fn command(self, telling: &super::Telling) -> String {
        let (service, deployment) = (&telling.service, &telling.deployment);
        let why = "--reason \"…\"";
        match self {
            Self::Approve => match telling.state {
                State::Asks { asks: Asking { about: About::Hold, .. } } => {
                    format!("cutover approve {service} --deployment {deployment} {why}")
                }
                _ => format!("cutover approve {service} --deployment {deployment}"),
            },
            Self::Reject => format!("cutover stop {service} {why}"),
            Self::RollBack => format!("cutover rollback {service} {why}"),
            Self::Hold => format!("cutover freeze {service} --for 2h {why}"),
            Self::ReleaseQuarantine => {
                format!("cutover release-quarantine {service} {deployment} {why}")
            }
        }
    }
}
