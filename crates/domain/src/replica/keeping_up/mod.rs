//! Whether replicas keep up: not just now, but over a whole window.

use jiff::Timestamp;

use super::{Instance, Lag, Replica, ReplicaCheck};
use crate::failure::Failure;
use crate::finding::{Finding, REPLICA, Says};
use crate::metric::Series;
use crate::seconds::Seconds;

/// So many measurements in a row must be good: five minutes on RDS.
const WINDOW: u32 = 5;
/// So many of the newest may not be told yet: CloudWatch is up to two minutes late.
const LATE: u32 = 2;
/// The lag that RDS for PostgreSQL tells of a primary that writes nothing: it grows with the clock
/// until the next segment of the log is begun, which is every five minutes.
///
/// Source: the RDS user guide, "Monitoring replication lag for RDS for PostgreSQL read replicas".
const IDLE: Seconds = Seconds::minutes(5);

/// What is said of a lag that may be that of an idle primary.
const GROWS_WITH_THE_CLOCK: &str = "; it grows with the clock, as that of an idle PostgreSQL \
    primary does for up to 5 minutes: let the primary write something every few seconds, or allow \
    6 minutes";

/// What is known of one replica.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What it is.
    pub replica: Replica,
    /// Its lag over [`span`].
    pub lag: Series,
}

/// The time whose lag is asked for, up to the second moment: long enough to tell how it developed.
/// `every` is how often it is measured.
pub fn span(check: &ReplicaCheck, every: Seconds, now: Timestamp) -> (Timestamp, Timestamp) {
    let to = whole(every, now);
    (Seconds(check.within.0 + every.0 * u64::from(WINDOW + LATE)).before(to), to)
}

/// What is found of each replica, in a check that began at `began`.
///
/// What may become good by itself is pending until it lasted for `check.within`; a lag from before
/// counts from the beginning of the check.
pub fn findings(
    check: &ReplicaCheck,
    measured: &[Measured],
    began: Timestamp,
    now: Timestamp,
) -> Vec<Finding> {
    let finding = |it: &Measured| {
        let (says, measured) = standing(check, it, began, now);
        Finding::new(format!("{REPLICA} {}", it.replica.name), says, measured)
    };
    measured.iter().map(finding).collect()
}

/// That nobody could tell of the replicas.
pub fn unanswered(check: &ReplicaCheck, failure: &Failure) -> Finding {
    let names = check.instances.join(", ");
    Finding::new(
        format!("{REPLICA} {names}"),
        Says::Pending,
        format!("could not be asked: {failure}"),
    )
}

fn standing(
    check: &ReplicaCheck,
    measured: &Measured,
    began: Timestamp,
    now: Timestamp,
) -> (Says, String) {
    let Some(instance) = &measured.replica.instance else {
        let why = "does not exist; create it, or take it out of `checks.replicas`";
        return (Says::Fail, why.into());
    };
    if !instance.follows() {
        let why = "follows no other instance; name what reads, not what writes";
        return (Says::Fail, why.into());
    }
    if let Some(why) = unready(check, instance) {
        return (Says::Pending, why);
    }

    let lags = Lags::of(instance, &measured.lag);
    match lags.behind_since(check.max_lag) {
        Some(since) => {
            let lasted = Seconds::between(since.max(began), now);
            let says = if lasted < check.within { Says::Pending } else { Says::Fail };
            (says, lags.development(check, instance, since))
        }
        None => lags.complete(&measured.lag, now),
    }
}

/// Why an instance cannot be used as a replica as it stands.
fn unready(check: &ReplicaCheck, instance: &Instance) -> Option<String> {
    if !instance.is_usable() {
        return Some(format!("is {}", instance.status));
    }
    match &instance.replication {
        Some(replication) if !replication.normal => {
            let message = replication.message.as_ref().map(|it| format!(": {it}"));
            let message = message.unwrap_or_default();
            return Some(format!("its replication is {:?}{message}", replication.status));
        }
        // RDS tells nothing of the members of a cluster.
        None if instance.member.is_none() => {
            return Some("RDS does not tell how its replication stands".into());
        }
        Some(_) | None => {}
    }
    match (check.count, instance.replicas) {
        (Some(wanted), Some(found)) if wanted != found => {
            Some(format!("is one of {found} replicas, and there must be {wanted}"))
        }
        (Some(wanted), None) => {
            Some(format!("there must be {wanted} replicas, and how many there are is not told"))
        }
        _ => None,
    }
}

/// The lags of one replica, oldest first.
struct Lags {
    told: Vec<(Timestamp, Lag)>,
    every: Seconds,
}

impl Lags {
    fn of(instance: &Instance, series: &Series) -> Self {
        let metric = instance.lag_metric();
        let told = series.points().iter().map(|point| (point.at, metric.read(point.value)));
        Self { told: told.collect(), every: instance.every }
    }

    /// Since when it is behind, if it is. A few good measurements between bad ones are no end of
    /// that: a whole window is.
    fn behind_since(&self, limit: Seconds) -> Option<Timestamp> {
        let (mut since, mut good) = (None, 0);
        for (at, lag) in self.told.iter().rev() {
            match lag.is_within(limit) {
                true => good += 1,
                false => (since, good) = (Some(*at), 0),
            }
            if good == WINDOW {
                break;
            }
        }
        since
    }

    /// Whether a window of good measurements has no hole.
    fn complete(&self, series: &Series, now: Timestamp) -> (Says, String) {
        if matches!(series, Series::Partial(_)) {
            return (Says::Pending, "its lag was told only in part".into());
        }
        let to = Seconds(self.every.0 * u64::from(LATE)).before(whole(self.every, now));
        let from = Seconds(self.every.0 * u64::from(WINDOW)).before(to);
        let there = self.told.iter().filter(|(at, _)| (from..to).contains(at)).count();
        if there < WINDOW as usize {
            let length = Seconds(self.every.0 * u64::from(WINDOW));
            let why = format!(
                "its lag was measured {there} times of {WINDOW} in {length}; no data is no small lag"
            );
            return (Says::Pending, why);
        }
        let newest = self.told.last().map_or(Lag::Unknown, |(_, lag)| *lag);
        (Says::Pass, format!("lags {newest}"))
    }

    /// How the lag developed, for a person who has to find out why.
    fn development(&self, check: &ReplicaCheck, instance: &Instance, since: Timestamp) -> String {
        let lags: Vec<Lag> =
            self.told.iter().filter(|(at, _)| *at >= since).map(|(_, lag)| *lag).collect();
        let newest = lags.last().copied().unwrap_or(Lag::Unknown);
        let worst = lags.iter().filter_map(|lag| lag.millis()).max().map(Lag::Millis);
        let worst = worst.map(|worst| format!("; {worst} at its worst")).unwrap_or_default();
        // No more was asked for than what is waited for.
        let earlier = self.told.first().is_some_and(|(first, _)| *first == since);
        let since = format!("{since:.0}{}", if earlier { " or earlier" } else { "" });
        let limit = check.max_lag;

        match newest {
            Lag::Unknown => format!("does not replicate since {since} (its lag is told as −1)"),
            newest if newest.is_within(limit) => format!(
                "caught up to {newest}, lagged more than {limit} since {since}{worst}; {WINDOW} good measurements in a row are needed"
            ),
            Lag::Millis(_) => {
                let (trend, idle) = (self.trend(), self.looks_idle(instance, newest));
                let hint = if idle { GROWS_WITH_THE_CLOCK } else { "" };
                format!(
                    "lags {newest}, at most {limit} are allowed, since {since}{worst}, {trend}{hint}"
                )
            }
        }
    }

    fn trend(&self) -> &'static str {
        match newest_two(&self.told) {
            Some((before, newest)) if newest > before => "rising",
            Some((before, newest)) if newest < before => "falling",
            Some(_) => "steady",
            None => "just measured",
        }
    }

    /// Whether the lag may be that of a primary that writes nothing. A replay that is held back
    /// looks the same, so this explains and excuses nothing.
    fn looks_idle(&self, instance: &Instance, newest: Lag) -> bool {
        let period = self.every.0 * 1000;
        let grew = |(before, newest): (u64, u64)| {
            newest.saturating_sub(before).abs_diff(period) <= period / 5
        };
        let before = &self.told[..self.told.len().saturating_sub(1)];
        let grows =
            newest_two(before).is_some_and(grew) && newest_two(&self.told).is_some_and(grew);
        instance.engine == "postgres" && newest.is_within(Seconds(IDLE.0 + self.every.0)) && grows
    }
}

fn newest_two(told: &[(Timestamp, Lag)]) -> Option<(u64, u64)> {
    match told {
        [.., (_, before), (_, newest)] => Some((before.millis()?, newest.millis()?)),
        _ => None,
    }
}

impl Lag {
    fn millis(self) -> Option<u64> {
        match self {
            Self::Millis(millis) => Some(millis),
            Self::Unknown => None,
        }
    }
}

/// The end of the last whole period before `now`.
fn whole(every: Seconds, now: Timestamp) -> Timestamp {
    let since_epoch = Seconds::between(Timestamp::UNIX_EPOCH, now).0;
    Seconds(since_epoch - since_epoch % every.0.max(1)).after(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests;
