//! One deployment, told whole: who, what, why, how long, each verdict with its numbers, and the
//! evidence where it was taken back.

use std::fmt::Write;

use domain::preserved::{Log, Part, Preserved, Readings, Target, Task};
use domain::record::{Entry, Record};
use domain::seconds::Seconds;

use crate::problem::visible;
use crate::telling;

/// The record of a deployment, line by line.
pub(crate) fn lines(record: &Record) -> Vec<String> {
    let mut lines = head(record);
    for dated in &record.entries {
        lines.push(telling::entry(dated.at, &dated.entry));
        lines.extend(details(&dated.entry).into_iter().map(|line| format!("         {line}")));
    }
    lines
}

/// What is asked first.
fn head(record: &Record) -> Vec<String> {
    let request = record.request();
    let title = record.plan().map(domain::plan::Plan::title);
    let title = title.or_else(|| request.map(domain::request::Request::title));
    let who = request.map(|request| {
        let by = request.by.as_deref().unwrap_or("somebody");
        format!("{by} ({})", request.cause.as_str())
    });
    let reason = request.and_then(|request| request.reason.clone());
    let ended = record.outcome();
    let took = match (record.entries.first(), record.entries.last()) {
        (Some(first), Some(last)) if ended.is_some() => {
            Seconds::between(first.at, last.at).to_string()
        }
        _ => "under way".to_owned(),
    };
    let end = ended.map(|outcome| format!("{}: {}", outcome.end, outcome.why));

    let told = [("what", title), ("who", who), ("why", reason), ("took", Some(took)), ("end", end)];
    let told = told.into_iter().filter_map(|(name, what)| Some((name, what?)));
    let told = told.map(|(name, what)| format!("  {name:<5} {}", visible(&what)));
    let first = format!("{} of {}", record.deployment, record.service);
    std::iter::once(first).chain(told).collect()
}

/// What an entry has to say beyond its line.
fn details(entry: &Entry) -> Vec<String> {
    let details: Vec<String> = match entry {
        Entry::Judged { verdict } => verdict.findings.iter().map(ToString::to_string).collect(),
        Entry::Preserved { evidence } => evidence_of(evidence),
        Entry::Migrated { migrated } => migrated.log.iter().flat_map(printed).collect(),
        _ => Vec::new(),
    };
    details.iter().map(|line| visible(line).replace('\n', " ")).collect()
}

fn evidence_of(evidence: &Preserved) -> Vec<String> {
    let Preserved { tasks, logs, targets, alarms } = evidence;
    let none = Vec::new();
    let logs = logs.kept().unwrap_or(&none);
    let tasks = tasks.kept().map(|tasks| &tasks.told[..]).unwrap_or_default();
    let targets = targets.kept().map(|targets| &targets.told[..]).unwrap_or_default();
    let alarms = alarms.kept().map(|alarms| &alarms[..]).unwrap_or_default();

    let tasks = tasks.iter().flat_map(|task| {
        let log = logs.iter().find(|log| log.task == task.id);
        std::iter::once(self::task(task)).chain(log.into_iter().flat_map(printed))
    });
    tasks.chain(targets.iter().map(target)).chain(alarms.iter().flat_map(measured)).collect()
}

/// `task 0a1b STOPPED, 2026-03-01 03:00:05: Essential container in task exited, exit code 1`.
fn task(task: &Task) -> String {
    let at = task.stop.as_ref().and_then(|stop| stop.at).map(telling::moment);
    let at = at.map(|at| format!(", {at}")).unwrap_or_default();
    let ending = task.ending().map(|ending| format!(": {ending}")).unwrap_or_default();
    let mut told = format!("task {} {}{at}{ending}", task.id, task.status);
    for container in &task.containers {
        if let Some(reason) = &container.reason {
            let _ = write!(told, "; {}: {reason}", container.name);
        }
    }
    told
}

fn printed(log: &Log) -> Vec<String> {
    match &log.lines {
        Part::Kept(lines) => lines.iter().map(|line| format!("  | {line}")).collect(),
        Part::Missing(why) => vec![format!("  no log: {why}")],
    }
}

fn target(target: &Target) -> String {
    let reason = target.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("target {} {}{reason}", target.address, target.state)
}

fn measured(readings: &Readings) -> Vec<String> {
    let first = format!("alarm {}: {}", readings.alarm, readings.reason);
    let points = match &readings.points {
        Part::Kept(points) => points
            .iter()
            .map(|point| format!("  {} {}", telling::moment(point.at), point.value))
            .collect(),
        Part::Missing(why) => vec![format!("  no numbers: {why}")],
    };
    std::iter::once(first).chain(points).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deployment_that_was_taken_back_is_told_with_its_numbers_and_its_evidence() {
        let record = json!({ "deployment": "checkout-1", "service": "checkout", "entries": [
            { "at": "2026-03-01T03:00:00Z", "what": "requested", "request": {
                "service": "checkout", "tag": "v1.1.0", "cause": "push", "by": "ada",
                "reason": "receipts"
            } },
            { "at": "2026-03-01T03:01:00Z", "what": "judged", "verdict": {
                "decision": "take_back", "why": "alarm 5xx: rings", "share": 100.0,
                "findings": [
                    { "check": "alarm 5xx", "says": "alarm", "measured": "rings" },
                    { "check": "targets", "says": "pass", "measured": "2 of 2 healthy" }
                ],
                "watch": { "seen": null, "seconds": 300 }
            } },
            { "at": "2026-03-01T03:01:01Z", "what": "preserved", "evidence": {
                "tasks": { "kept": { "stopped": 1, "running": 1, "told": [
                    { "id": "0a", "status": "STOPPED",
                      "stop": { "code": "EssentialContainerExited", "reason": "Essential container in task exited" },
                      "containers": [{ "name": "checkout", "exit_code": 137, "reason": "OutOfMemoryError" }] },
                    { "id": "0b", "status": "RUNNING" }
                ] } },
                "logs": { "kept": [
                    { "task": "0a", "lines": { "kept": ["listening", "out of\u{1b}[31m memory"] } },
                    { "task": "0b", "lines": { "missing": "no such stream" } }
                ] },
                "targets": { "kept": { "healthy": 0, "total": 1, "told": [
                    { "address": "10.0.0.1:80", "state": "unhealthy", "reason": "no answer" }
                ] } },
                "alarms": { "kept": [
                    { "alarm": "5xx", "reason": "Threshold Crossed", "points": { "missing": "denied" } }
                ] }
            } },
            { "at": "2026-03-01T03:02:00Z", "what": "ended", "outcome": {
                "deployment": "checkout-1", "end": "RolledBack", "why": "alarm 5xx: rings",
                "settled": false, "at": "2026-03-01T03:02:00Z"
            } }
        ] });
        let record: Record = serde_json::from_value(record).expect("a record");

        let told = anstream::adapter::strip_str(&lines(&record).join("\n")).to_string();

        // Times are those of the reader's zone, so the lines are compared without them.
        let told: Vec<&str> = told.lines().collect();
        assert_eq!(
            told[..6],
            [
                "checkout-1 of checkout",
                "  what  checkout v1.1.0",
                "  who   ada (push)",
                "  why   receipts",
                "  took  2m",
                "  end   RolledBack: alarm 5xx: rings",
            ]
        );
        for line in [
            "         alarm 5xx: rings",
            "         targets: 2 of 2 healthy",
            "         task 0a STOPPED: Essential container in task exited, exit code 137; checkout: OutOfMemoryError",
            "           | out of memory",
            "         task 0b RUNNING",
            "           no log: no such stream",
            "         target 10.0.0.1:80 unhealthy: no answer",
            "         alarm 5xx: Threshold Crossed",
            "           no numbers: denied",
        ] {
            assert!(told.contains(&line), "{line:?} is missing in {told:#?}");
        }
    }
}
