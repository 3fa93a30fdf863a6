//! The deployments that an alarm may blame.

use jiff::Timestamp;

use crate::desk::{Deployed, Desk, Liability, Watcher};
use crate::evidence::Alarm;

/// A deployment that an alarm may blame.
pub(super) struct Suspect<'a> {
    pub(super) desk: &'a Desk,
    pub(super) change: Change<'a>,
}

/// What changed.
pub(super) enum Change<'a> {
    /// A rollout that is watched, since its deployment got the lease.
    InFlight(&'a Watcher, Option<Timestamp>),
    /// A deployment that went all the way.
    Concluded(&'a Deployed, &'a Liability),
}

impl Change<'_> {
    /// Whether an alarm that rings may blame this change.
    pub(super) fn answers_for(&self, alarm: &Alarm) -> bool {
        match self {
            // Whether ECS began it before the alarm is seen when it is stopped.
            Self::InFlight(watcher, _) => watcher.alarms.contains(&alarm.name),
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
            Self::InFlight(_, since) => since.unwrap_or(now),
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
    let since = desk.worker.as_ref().map(|worker| worker.since);
    let in_flight = desk.watcher.as_ref().map(|watcher| Change::InFlight(watcher, since));
    in_flight.or_else(concluded)
}
