//! What production saw of a change, and what came of it.

use jiff::Timestamp;

use super::{What, is_way_back};
use crate::outcome::{End, Outcome};
use crate::record::{Entry, Record};
use crate::request::Cause;
use crate::strategy::Stage;

/// What a change is measured by, at its own end.
pub(super) fn own(record: &Record, outcome: &Outcome) -> Vec<(What, f64)> {
    let Some(seen) = seen(record) else { return Vec::new() };

    let mut measures = vec![(What::Changes, 1.0)];
    if let Some(took) = lead_time(record, outcome) {
        measures.push((What::LeadTime, took));
    }
    if has_failed(record, outcome) {
        measures.push((What::ChangeFailures, 1.0));
        // What is stuck is not restored yet.
        if outcome.end == End::RolledBack {
            measures.push((What::TimeToRestore, seconds(seen, outcome.at)));
        }
    }
    measures
}

/// What the deployment that a way back leaves is measured by, once that serves.
pub(super) fn left(back: &Record, outcome: &Outcome, left: Option<&Record>) -> Vec<(What, f64)> {
    let change = left.filter(|left| {
        let is_change = left.outcome().is_some_and(|outcome| !is_way_back(outcome));
        is_change && left.deployment != back.deployment && outcome.end == End::Deployed
    });
    match change.and_then(seen) {
        Some(seen) => {
            vec![(What::ChangeFailures, 1.0), (What::TimeToRestore, seconds(seen, outcome.at))]
        }
        None => Vec::new(),
    }
}

/// When production began to see the release, if it did: when ECS was told to move it there, or where
/// nobody was asked, when it was found there first.
fn seen(record: &Record) -> Option<Timestamp> {
    let stop = last_stop(record);
    let mut opens = None;
    record.entries.iter().find_map(|dated| match &dated.entry {
        Entry::Judged { verdict } => {
            let moves = verdict.hook.as_ref().filter(|_| verdict.stage == stop);
            opens = opens.or(moves);
            (verdict.share > 0.0).then_some(dated.at)
        }
        Entry::Proceeded { hook } => (opens == Some(hook)).then_some(dated.at),
        Entry::Ended { outcome } => (outcome.end == End::Deployed).then_some(dated.at),
        _ => None,
    })
}

/// The last pause before production moves.
fn last_stop(record: &Record) -> Option<Stage> {
    let stages = record.plan()?.pauses.iter().map(|pause| pause.stage);
    stages.filter(|stage| *stage != Stage::PostProductionTrafficShift).max()
}

/// How long it took from the push until all of production was on the release.
fn lead_time(record: &Record, outcome: &Outcome) -> Option<f64> {
    let pushed = record.request().filter(|request| request.cause == Cause::Push)?.at?;
    let all = record.entries.iter().find_map(|dated| match &dated.entry {
        Entry::Judged { verdict } => (verdict.share >= 100.0).then_some(dated.at),
        _ => None,
    });
    (outcome.end == End::Deployed).then(|| seconds(pushed, all.unwrap_or(outcome.at)))
}

/// Whether a release that production saw was at fault. One that made way for another, or that nobody
/// approved in time, was not.
fn has_failed(record: &Record, outcome: &Outcome) -> bool {
    match outcome.end {
        End::Deployed | End::Refused => false,
        End::RolledBack => record.taking_back().is_none_or(|back| back.fault),
        End::Stuck => true,
    }
}

/// From a moment to another; nothing if that is not later.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}
