//! The deployments that an alarm, or an alert, may blame.

use std::fmt;

use jiff::Timestamp;

use crate::alert::Alert;
use crate::desk::{Deployed, Desk, Liability, Watcher};
use crate::evidence::Alarm;

/// What rings.
#[derive(Clone, Copy)]
pub(super) enum Ringing<'a> {
    /// An alarm of CloudWatch.
    Alarm(&'a Alarm),
    /// An alert of Prometheus.
    Alert(&'a Alert),
}

impl Ringing<'_> {
    /// Since when.
    pub(super) fn since(&self) -> Timestamp {
        match self {
            Self::Alarm(alarm) => alarm.since,
            Self::Alert(alert) => alert.since,
        }
    }
}

impl fmt::Display for Ringing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alarm(alarm) => write!(f, "alarm {}", alarm.name),
            Self::Alert(alert) => alert.fmt(f),
        }
    }
}

/// A deployment that may be blamed.
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
    /// Whether what rings may blame this change.
    pub(super) fn answers_for(&self, rings: Ringing<'_>) -> bool {
        let (alarms, alerts) = match self {
            Self::InFlight(watcher, _) => (&watcher.alarms, &watcher.alerts),
            Self::Concluded(_, liability) => (&liability.alarms, &liability.alerts),
        };
        let listed = match rings {
            Ringing::Alarm(alarm) => alarms.contains(&alarm.name),
            Ringing::Alert(alert) => alerts.iter().any(|check| check.means(alert)),
        };
        listed
            && match self {
                // Whether ECS began it before that is seen when it is stopped.
                Self::InFlight(..) => true,
                Self::Concluded(_, liability) => {
                    liability.began < rings.since() && rings.since() <= liability.until
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
