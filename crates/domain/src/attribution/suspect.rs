//! The deployments that an alarm may blame.

use jiff::Timestamp;

use crate::desk::{Deployed, Desk, Liability, Watcher};
use crate::evidence::Alarm;

/// A deployment that an alarm may blame.
pub(super) struct Suspect<'a> {
    pub(super) desk: &'a Desk,
    pub(super) change: Change<'a>,
}

pub(super) enum Change<'a> {
    InFlight(&'a Watcher),
    Concluded(&'a Deployed, &'a Liability),
}

impl Change<'_> {
    /// Whether an alarm that rings may blame this change.
    pub(super) fn answers_for(&self, alarm: &Alarm) -> bool {
        match self {
            // Whether ECS began it before the alarm is seen when it is stopped.
            Self::InFlight(watcher) => watcher.alarms.contains(&alarm.name),
            Self::Concluded(_, liability) => {
                liability.alarms.contains(&alarm.name)
                    && liability.began < alarm.since
                    && alarm.since <= liability.until
            }
        }
    }

    /// What is newer is later.
    pub(super) fn moment(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::InFlight(_) => now,
            Self::Concluded(_, liability) => liability.began,
        }
    }
}

/// The newest change of a service, if it can be blamed at all.
pub(super) fn change_of(desk: &Desk) -> Option<Change<'_>> {
    let concluded = || {
        let deployed = desk.deployed.as_ref()?;
        Some(Change::Concluded(deployed, deployed.liability.as_ref()?))
    };
    desk.watcher.as_ref().map(Change::InFlight).or_else(concluded)
}
