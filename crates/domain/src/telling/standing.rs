//! Where a deployment stands by its record.

use super::State;
use crate::plan::Plan;
use crate::record::{Entry, Record};
use crate::strategy::Strategy;
use crate::verdict::{Decision, Verdict};

/// Where it stands, and why. The last entry that says so counts: what is asked was answered when
/// something came after it.
pub(super) fn of(record: &Record) -> (State, String) {
    if let Some(outcome) = record.outcome() {
        return (State::Ended { end: outcome.end }, outcome.why.clone());
    }
    let newest = record.entries.iter().rev().find_map(|dated| match &dated.entry {
        Entry::TakenBack { back } => Some((State::GoingBack, back.why.clone())),
        Entry::Judged { verdict } => Some(judged(verdict)),
        Entry::Proceeded { .. } => Some((State::UnderWay, "all is well, ECS goes on".into())),
        Entry::Launched { .. } => Some((State::UnderWay, "green is starting".into())),
        Entry::Registered { .. } => Some((State::UnderWay, "ECS is told to begin".into())),
        Entry::Claimed { .. } => {
            Some((State::Waiting, "it is asked whether anything speaks against it".into()))
        }
        _ => None,
    });
    newest.unwrap_or_else(|| (State::Waiting, "it waits for its turn".into()))
}

fn judged(verdict: &Verdict) -> (State, String) {
    let why = verdict.why.clone();
    match (verdict.decision, &verdict.watch.asks) {
        (Decision::Wait, Some(asks)) => (State::Asks { asks: asks.clone() }, why),
        (Decision::TakeBack, _) => (State::GoingBack, why),
        (Decision::Proceed | Decision::Wait | Decision::Conclude, _) => (State::UnderWay, why),
    }
}

/// Green's share of production traffic in percent, or what it is about to become.
pub(super) fn share(record: &Record, state: &State) -> Option<f64> {
    record.rollout()?;
    let judged = |entry: &Entry| match entry {
        Entry::Judged { verdict } => Some(verdict.share),
        _ => None,
    };
    let seen = record.entries.iter().rev().find_map(|dated| judged(&dated.entry)).unwrap_or(0.0);
    match state {
        State::GoingBack => Some(0.0),
        State::Ended { .. } => {
            let (green, serving) = (&record.plan()?.digest, record.outcome()?.serving.as_ref()?);
            Some(if green == serving { 100.0 } else { 0.0 })
        }
        State::UnderWay => match record.entries.last().map(|last| &last.entry) {
            Some(Entry::Proceeded { .. }) => Some(goes_to(record.plan()?, seen, answered(record))),
            _ => Some(seen),
        },
        State::Waiting | State::Asks { .. } => Some(seen),
    }
}

/// How many pauses were answered with "go on".
fn answered(record: &Record) -> usize {
    let proceeded = |it: &&crate::record::Dated| matches!(it.entry, Entry::Proceeded { .. });
    record.entries.iter().filter(proceeded).count()
}

/// What green's share becomes after the pause that was answered last, at which it was `seen`. The
/// first pause of a shift in steps is before the first step, which has a pause of its own.
fn goes_to(plan: &Plan, seen: f64, answered: usize) -> f64 {
    match plan.strategy() {
        Strategy::Canary { .. } | Strategy::Linear { .. } if answered < 2 => seen,
        Strategy::Canary { percent, .. } if seen == 0.0 => percent.value(),
        Strategy::Linear { step, .. } => (seen + step.value()).min(100.0),
        Strategy::BlueGreen {} | Strategy::Canary { .. } | Strategy::Rolling {} => 100.0,
    }
}
