//! Counts what a rehearsed deployment uses, while it runs.

use std::collections::{BTreeMap, BTreeSet};

use domain::metric::MetricCheck;
use domain::record::Entry;
use domain::service::ServiceDocument;

use super::units::{Sizes, Units, writes};

/// A desk without the names of its alarms. Most of it are the callback token of Step Functions, of up
/// to 1,024 characters, and the ids of the last 32 writes.
const DESK: u64 = 2048 + 32 * 40;

/// So many services are under Cutover: the desks of all are read to find whom an event concerns.
const SERVICES: u64 = 20;

/// The keys and the moment of an entry, beside what is in it.
const KEYS: u64 = 200;

/// How many metrics of its own a check reads.
fn metrics(check: &MetricCheck) -> u64 {
    match check {
        MetricCheck::Compare(_) | MetricCheck::Prometheus(_) => 0,
        MetricCheck::Cloudwatch(watched) => watched.metrics.len() as u64,
    }
}

/// What was used so far.
#[derive(Debug)]
pub(super) struct Meter {
    sizes: Sizes,
    /// Everything together.
    pub(super) units: Units,
    /// How often each call was made, by the port and the question.
    pub(super) calls: BTreeMap<&'static str, u64>,
    /// Calls of which nobody wrote down what they are on AWS.
    pub(super) unknown: BTreeSet<&'static str>,
}

impl Meter {
    /// Of a deployment of this service.
    pub(super) fn of(service: &ServiceDocument) -> Self {
        let checks = &service.checks;
        let names: usize = checks.alarms.iter().map(String::len).sum();
        let sizes = Sizes {
            desk: DESK + names as u64,
            desks: SERVICES * (DESK + names as u64),
            record: 0,
            alarms: checks.alarms.len() as u64,
            replicas: checks.replicas.as_ref().map_or(0, |it| it.instances.len() as u64),
            metrics: checks.metrics.iter().map(metrics).sum(),
            smoke: checks.smoke.iter().map(|smoke| smoke.within_ms).max().unwrap_or_default(),
        };
        Self { sizes, units: Units::default(), calls: BTreeMap::new(), unknown: BTreeSet::new() }
    }

    /// A call is made.
    pub(super) fn call(&mut self, name: &'static str) {
        *self.calls.entry(name).or_default() += 1;
        match Units::of(name, &self.sizes) {
            Some(units) => self.units += units,
            None => {
                self.unknown.insert(name);
            }
        }
    }

    /// An entry was added to the record: the next who reads it reads more.
    pub(super) fn recorded(&mut self, entry: &Entry) {
        let text = serde_json::to_vec(entry).map_or(0, |text| text.len());
        let written = (text + entry.key().len()) as u64 + KEYS;
        self.units.writes += writes(written) - 1;
        // The first entry stands in the index of the history, too.
        self.units.writes += u64::from(self.sizes.record == 0);
        self.sizes.record += written;
    }
}
