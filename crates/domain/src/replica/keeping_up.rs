//! Whether replicas keep up: not just now, but over a whole window.

use jiff::Timestamp;

use super::{Instance, Lag, Replica, ReplicaCheck};
use crate::evidence::{Finding, Says};
use crate::failure::Failure;
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
        Finding::new(format!("replica {}", it.replica.name), says, measured)
    };
    measured.iter().map(finding).collect()
}

/// That nobody could tell of the replicas.
pub fn unanswered(check: &ReplicaCheck, failure: &Failure) -> Finding {
    let names = check.instances.join(", ");
    Finding::new(
        format!("replica {names}"),
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
        let since = since.strftime("%Y-%m-%dT%H:%M:%SZ");
        let since = format!("{since}{}", if earlier { " or earlier" } else { "" });
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
mod tests {
    use super::*;
    use crate::metric::Point;
    use serde_json::{Value, json};

    const NOW: u64 = 100 * 60 + 20;

    fn at(second: u64) -> Timestamp {
        Seconds(second).after(Timestamp::UNIX_EPOCH)
    }

    fn replica(change: impl FnOnce(&mut Value)) -> Replica {
        let mut instance = json!({
            "name": "orders-replica", "engine": "mysql", "status": "available", "source": "orders",
            "replication": { "normal": true, "status": "replicating" }, "replicas": 2
        });
        change(&mut instance);
        let instance = (!instance.is_null()).then(|| serde_json::from_value(instance).unwrap());
        Replica { name: "orders-replica".into(), instance }
    }

    /// One value a minute, the last of minute 99; a NaN is a hole.
    fn series(values: &[f64]) -> Series {
        let points = values.iter().rev().zip(0..).filter(|(value, _)| !value.is_nan());
        let point = |(value, ago): (&f64, u64)| Point { at: at((99 - ago) * 60), value: *value };
        let mut points: Vec<_> = points.map(point).collect();
        points.reverse();
        if points.is_empty() { Series::NoData } else { Series::Complete(points) }
    }

    fn check(change: impl FnOnce(&mut ReplicaCheck)) -> ReplicaCheck {
        let text = r#"{ "instances": ["orders-replica"], "max_lag": "30s", "within": "10m" }"#;
        let mut check = serde_json::from_str(text).unwrap();
        change(&mut check);
        check
    }

    fn found(check: &ReplicaCheck, replica: Replica, lag: Series, began: u64) -> (Says, String) {
        let measured = [Measured { replica, lag }];
        let mut findings = findings(check, &measured, at(began), at(NOW));
        let finding = findings.remove(0);
        (finding.says, finding.measured)
    }

    #[test]
    fn a_replica_keeps_up_when_a_whole_window_is_good() {
        const HOLE: f64 = f64::NAN;
        use Says::{Pass, Pending};
        let good = [1.0; 10];
        for (story, lag, says, tells) in [
            ("good for long", series(&good), Pass, "lags 1000 ms"),
            (
                "the newest two are not told yet",
                series(&[1.0, 1.0, 1.0, 2.0, 2.0, HOLE, HOLE]),
                Pass,
                "lags 2000 ms",
            ),
            (
                "a third is not told",
                series(&[1.0, 1.0, 1.0, 1.0, 1.0, HOLE, HOLE, HOLE]),
                Pending,
                "measured 4 times of 5 in 5m",
            ),
            (
                "a hole in the window",
                series(&[1.0, 1.0, HOLE, 1.0, 1.0, 1.0, 1.0]),
                Pending,
                "measured 4 times",
            ),
            ("no data at all", Series::NoData, Pending, "measured 0 times of 5"),
            (
                "partial",
                Series::Partial(series(&good).points().to_vec()),
                Pending,
                "told only in part",
            ),
            (
                "one bad minute ago",
                series(&[1.0, 1.0, 1.0, 1.0, 1.0, 31.0, 2.0]),
                Pending,
                "caught up to 2000 ms, lagged more than 30s since 1970-01-01T01:38:00Z; 31s at its worst",
            ),
            (
                "bad until a window ago",
                series(&[400.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
                Pass,
                "lags 1000 ms",
            ),
            (
                "bad and growing",
                series(&[1.0, 1.0, 1.0, 1.0, 40.0, 50.0, 75.0]),
                Pending,
                "lags 1m 15s, at most 30s are allowed, since 1970-01-01T01:37:00Z; 1m 15s at its worst, rising",
            ),
            ("bad and falling", series(&[400.0, 90.0]), Pending, "6m 40s at its worst, falling"),
            (
                "it stopped",
                series(&[1.0, 1.0, 1.0, -1.0]),
                Pending,
                "does not replicate since 1970-01-01T01:39:00Z",
            ),
        ] {
            let (says_now, told) = found(&check(|_| {}), replica(|_| {}), lag, NOW);
            assert_eq!(says_now, says, "{story}: {told}");
            assert!(told.contains(tells), "{story}: {told}");
        }
    }

    #[test]
    fn a_lag_is_waited_for_from_the_beginning_of_the_check() {
        let behind = || series(&[60.0; 15]);
        let flaps =
            || series(&[60.0, 1.0, 1.0, 60.0, 1.0, 60.0, 1.0, 1.0, 60.0, 1.0, 60.0, 1.0, 1.0]);
        let of = |lag, began| found(&check(|_| {}), replica(|_| {}), lag, began).0;

        assert_eq!(of(behind(), NOW - 599), Says::Pending, "it began before the check did");
        assert_eq!(of(behind(), NOW - 600), Says::Fail);
        assert_eq!(of(flaps(), NOW - 599), Says::Pending);
        assert_eq!(of(flaps(), NOW - 600), Says::Fail, "good minutes between bad ones are no end");
        assert_eq!(of(series(&[1.0, 60.0]), 0), Says::Pending, "it has only begun");
    }

    #[test]
    fn an_instance_that_is_no_working_replica_is_told_for_what_it_is() {
        use Says::{Fail, Pending};
        let count = check(|check| check.count = Some(3));
        let any = check(|_| {});
        for (check, replica, says, tells) in [
            (&any, replica(|it| *it = Value::Null), Fail, "does not exist; create it"),
            (&any, replica(|it| it["source"] = Value::Null), Fail, "follows no other instance"),
            (&any, replica(|it| it["status"] = json!("modifying")), Pending, "is modifying"),
            (
                &any,
                replica(|it| {
                    it["replication"] =
                        json!({ "normal": false, "status": "error", "message": "disk full" });
                }),
                Pending,
                "its replication is \"error\": disk full",
            ),
            (&any, replica(|it| it["replication"] = Value::Null), Pending, "RDS does not tell"),
            (&count, replica(|_| {}), Pending, "is one of 2 replicas, and there must be 3"),
            (&count, replica(|it| it["replicas"] = Value::Null), Pending, "is not told"),
        ] {
            let (found, told) = found(check, replica, series(&[1.0; 10]), NOW);
            assert_eq!(found, says, "{told}");
            assert!(told.contains(tells), "{told}");
        }
        let usable = replica(|it| it["status"] = json!("backing-up"));
        assert_eq!(found(&any, usable, series(&[1.0; 10]), NOW).0, Says::Pass);
    }

    #[test]
    fn a_reader_of_aurora_is_measured_in_milliseconds_and_needs_no_status() {
        let reader = |it: &mut Value| {
            it["engine"] = json!("aurora-mysql");
            it["source"] = Value::Null;
            it["replication"] = Value::Null;
            it["member"] = json!({ "cluster": "orders", "role": "reader" });
        };
        let (says, told) = found(&check(|_| {}), replica(reader), series(&[2_000.0; 10]), NOW);
        assert_eq!((says, told.as_str()), (Says::Pass, "lags 2000 ms"));
    }

    #[test]
    fn the_lag_of_an_idle_postgresql_primary_is_explained_and_not_excused() {
        let postgres = |it: &mut Value| it["engine"] = json!("postgres");
        let idle = || series(&[1.0, 61.0, 121.0, 181.0]);
        for (replica, lag, explained) in [
            (replica(postgres), idle(), true),
            (replica(|_| {}), idle(), false),
            (replica(postgres), series(&[1.0, 900.0, 960.0]), false),
            (replica(postgres), series(&[1.0, 181.0, 121.0]), false),
        ] {
            let (says, told) = found(&check(|_| {}), replica, lag, NOW);
            assert_eq!(says, Says::Pending, "{told}");
            assert_eq!(told.contains("idle PostgreSQL primary"), explained, "{told}");
        }
    }

    #[test]
    fn so_much_is_asked_for_that_the_whole_wait_can_be_told() {
        let (from, to) = span(&check(|_| {}), Seconds::minutes(1), at(NOW));
        assert_eq!((from, to), (at((100 - 17) * 60), at(100 * 60)));
    }
}
