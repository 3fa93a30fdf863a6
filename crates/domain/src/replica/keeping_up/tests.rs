//! Which lag is small, and what is told of one that is not.

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
        ("partial", Series::Partial(series(&good).points().to_vec()), Pending, "told only in part"),
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
    let flaps = || series(&[60.0, 1.0, 1.0, 60.0, 1.0, 60.0, 1.0, 1.0, 60.0, 1.0, 60.0, 1.0, 1.0]);
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
