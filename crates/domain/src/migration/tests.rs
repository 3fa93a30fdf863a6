//! When a migration holds, and what is told of it.

use super::*;
use crate::excerpt::Excerpt;
use crate::preserved::{Container, Part, Stop};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a moment")
}

fn task(status: &str, exits: &[(&str, i32)]) -> Task {
    let stop = (status == "STOPPED").then(|| Stop {
        at: Some(at(60)),
        code: Some("EssentialContainerExited".into()),
        reason: Some(Excerpt::of("Essential container in task exited")),
    });
    let containers = exits.iter().map(|(name, code)| Container {
        name: (*name).into(),
        exit_code: Some(*code),
        reason: None,
    });
    Task { id: "one".into(), status: status.into(), stop, containers: containers.collect() }
}

#[test]
fn a_migration_runs_ends_well_fails_or_is_stopped() {
    let migration = Migration {
        command: vec!["./migrate".into()],
        container: None,
        within: Seconds::minutes(10),
        irreversible: false,
    };
    let runs = || Some(task("RUNNING", &[]));
    let ended = |exits: &[(&str, i32)]| Some(task("STOPPED", exits));
    let over = |good, why: &str| Look::Over(End { good, why: why.into() });
    let told = "it was told to";

    for (task, container, stopped, second, looked) in [
        (runs(), None, None, 1, Look::Runs(Seconds(2))),
        (runs(), None, None, 60, Look::Runs(Seconds(15))),
        (runs(), None, None, 400, Look::Runs(Seconds(60))),
        (runs(), None, None, 595, Look::Runs(Seconds(5))),
        (runs(), None, None, 600, Look::Stop("it did not end within 10m".into())),
        (runs(), None, Some(told), 5, Look::Stop(told.into())),
        (ended(&[("app", 0)]), None, None, 60, over(true, "it ended well after 1m")),
        (
            ended(&[("app", 3)]),
            None,
            None,
            60,
            over(false, "it failed: Essential container in task exited, exit code 3"),
        ),
        // What counts is the container that ran it.
        (
            ended(&[("agent", 137), ("app", 0)]),
            Some("app"),
            None,
            60,
            over(true, "it ended well after 1m"),
        ),
        (ended(&[]), None, None, 60, over(false, "it failed: Essential container in task exited")),
        // Who is told to stop may exit well all the same, half-way.
        (
            ended(&[("app", 0)]),
            None,
            Some(told),
            60,
            over(
                false,
                "it was stopped, it was told to (Essential container in task exited, exit code 0)",
            ),
        ),
        (None, None, None, 299, Look::Runs(Seconds(2))),
        (
            None,
            None,
            None,
            300,
            over(false, "how it ended is not known, ECS tells of its task no more"),
        ),
    ] {
        let begun = Begun { at: at(0), stopped };
        let found = look(&migration, begun, task.as_ref(), container, at(second));
        assert_eq!(found, looked, "{task:?} after {second} s");
    }
}

#[test]
fn what_failed_is_told_with_its_last_line_and_binds_nobody() {
    let lines = Part::Kept(vec![Excerpt::of("connecting"), Excerpt::of("column exists already")]);
    let log = Log { task: "one".into(), lines };
    let end = |good, why: &str| End { good, why: why.into() };

    let failed = Migrated::ended(&end(false, "it failed: exit code 3"), true, Some(log));
    assert_eq!(failed.why, "it failed: exit code 3; last line: column exists already");
    assert!(!failed.irreversible && failed.remark().is_none());

    let ran = Migrated::ended(&end(true, "it ended well after 3s"), true, None);
    assert_eq!(ran.to_string(), "migration: it ended well after 3s, and cannot be undone");
    assert_eq!(ran.remark(), Some("its migration ran and cannot be undone"));
}
