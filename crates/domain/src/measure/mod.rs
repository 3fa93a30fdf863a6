//! What is measured of deployments: how they ended, the four measures of DORA, what took how long,
//! and what the checks said.
//!
//! All of it is told by the record of a deployment once that has its end, so it is counted once, when
//! the end is written. What was left after its end is counted when its way back has ended.

mod change;
mod four;
mod stage;

pub use four::{Four, four};
pub use stage::STAGES;

use std::collections::BTreeMap;

use crate::finding::{Finding, Says};
use crate::outcome::Outcome;
use crate::record::{Entry, Record};

/// Something that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What.
    pub what: What,
    /// How much, in the [unit](What::unit) of what is measured.
    pub value: f64,
    /// Of what, in the order of its [labels](What::labels).
    pub labels: Vec<String>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Deployments that ended.
    Deployments,
    /// Changes that production saw: deployments that are no way back, however they ended.
    Changes,
    /// Those of them that were at fault, and were taken back, in flight or after their end, or that
    /// nobody could take back.
    ChangeFailures,
    /// From the push of an image until all of production was on it. Nobody tells when it was
    /// committed.
    LeadTime,
    /// From the moment at which production saw a change that failed until the way back had settled.
    TimeToRestore,
    /// How long a deployment was in one of its stages.
    StageTime,
    /// What checks said, look by look.
    Verdicts,
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time, in seconds.
    Seconds,
}

/// By what measures are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// The service.
    Service,
    /// What made the request: `push`, `template`, `manual` or `rollback`.
    Cause,
    /// `Deployed`, `Refused`, `RolledBack` or `Stuck`.
    End,
    /// One of [`STAGES`].
    Stage,
    /// The kind of check: `alarm`, `alert`, `targets`, `smoke`, `replica`, `errors`, `metric` or
    /// `terraform`.
    Check,
    /// `pass`, `pending`, `fail` or `alarm`.
    Answer,
}

impl What {
    /// All that is measured.
    pub const ALL: [Self; 7] = [
        Self::Deployments,
        Self::Changes,
        Self::ChangeFailures,
        Self::LeadTime,
        Self::TimeToRestore,
        Self::StageTime,
        Self::Verdicts,
    ];

    /// What its values count.
    pub fn unit(self) -> Unit {
        match self {
            Self::Deployments | Self::Changes | Self::ChangeFailures | Self::Verdicts => {
                Unit::Count
            }
            Self::LeadTime | Self::TimeToRestore | Self::StageTime => Unit::Seconds,
        }
    }

    /// By what it is told apart. Each combination is a metric that AWS asks money for, so stages and
    /// checks are not told apart by service.
    pub fn labels(self) -> &'static [Label] {
        match self {
            Self::Deployments => &[Label::Service, Label::Cause, Label::End],
            Self::Changes | Self::ChangeFailures | Self::LeadTime | Self::TimeToRestore => {
                &[Label::Service]
            }
            Self::StageTime => &[Label::Stage],
            Self::Verdicts => &[Label::Check, Label::Answer],
        }
    }
}

impl Measure {
    fn new(what: What, value: f64, labels: &[&str]) -> Self {
        Self { what, value, labels: labels.iter().map(|label| (*label).to_owned()).collect() }
    }

    /// Its labels with their names.
    pub fn labelled(&self) -> impl Iterator<Item = (Label, &str)> {
        self.what.labels().iter().copied().zip(self.labels.iter().map(String::as_str))
    }
}

/// Everything that the record of a deployment tells, if it has its end. A way back is also counted
/// for the deployment that is `left`.
pub fn of(record: &Record, left: Option<&Record>) -> Vec<Measure> {
    let Some(outcome) = record.outcome() else { return Vec::new() };
    let service = record.service.as_str();
    let end = outcome.end.to_string();
    let labels = [service, outcome.cause.as_str(), &end];

    let mut measures = vec![Measure::new(What::Deployments, 1.0, &labels)];
    let changes = match is_way_back(outcome) {
        true => change::left(record, outcome, left),
        false => change::own(record, outcome),
    };
    measures.extend(changes.into_iter().map(|(what, value)| Measure::new(what, value, &[service])));
    measures.extend(
        stage::times(record)
            .into_iter()
            .map(|(stage, took)| Measure::new(What::StageTime, took, &[stage])),
    );
    measures.extend(verdicts(record));
    measures
}

/// Whether a deployment went back to an earlier release, so that it is no change of its own.
fn is_way_back(outcome: &Outcome) -> bool {
    outcome.cause.is_urgent()
}

/// How often each kind of check said what, in the looks that are recorded.
fn verdicts(record: &Record) -> Vec<Measure> {
    let mut counts = BTreeMap::<(&str, Says), f64>::new();
    let looks = record.entries.iter().filter_map(|dated| match &dated.entry {
        Entry::Judged { verdict } => Some(verdict),
        _ => None,
    });
    for finding in looks.flat_map(|verdict| &verdict.findings) {
        *counts.entry((kind(finding), finding.says)).or_default() += 1.0;
    }
    counts
        .into_iter()
        .map(|((kind, says), count)| Measure::new(What::Verdicts, count, &[kind, answer(says)]))
        .collect()
}

/// The kind of check, without what it is about: there are few kinds and many names.
fn kind(finding: &Finding) -> &str {
    finding.check.split(' ').next().unwrap_or_default()
}

fn answer(says: Says) -> &'static str {
    match says {
        Says::Pass => "pass",
        Says::Pending => "pending",
        Says::Fail => "fail",
        Says::Alarm => "alarm",
    }
}

#[cfg(test)]
mod tests;
