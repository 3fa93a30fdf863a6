//! What a load saw.

use serde::Serialize;
use std::collections::BTreeMap;

use crate::traffic::Traffic;

/// What clients saw over some time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Requests that were begun.
    pub sent: u64,
    /// Answers by their class: `2xx`, `5xx`.
    pub answered: BTreeMap<String, u64>,
    /// Requests that got no whole answer, by reason.
    pub failed: BTreeMap<String, u64>,
    /// Answers by their header `x-cutover-revision`; those without it are not listed.
    pub by_revision: BTreeMap<String, u64>,
    /// Answers by their header `x-cutover-image`; those without it are not listed.
    pub by_image: BTreeMap<String, u64>,
    /// Answers of status 500 by their header `x-cutover-image`. The proxy never answers 500 itself,
    /// so these are what the image made of a request that reached it.
    pub status_500_by_image: BTreeMap<String, u64>,
    /// How long answers took, from when they were due to be asked for until their last byte.
    pub traffic: Traffic,
}

/// A load from its start to its end, or until now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// All of it.
    pub total: Tally,
    /// By the second in which the requests ended, counted from the start of the load.
    pub seconds: Vec<Tally>,
}

/// How one request ended.
pub(super) enum Outcome {
    Answered { status: u16, revision: Option<String>, image: Option<String> },
    Failed(&'static str),
}

impl LoadReport {
    pub(super) fn count(&mut self, second: usize, outcome: &Outcome, micros: u64) {
        self.total.count(outcome, micros);
        self.second(second).count(outcome, micros);
    }

    pub(super) fn sent(&mut self, second: usize) {
        self.total.sent += 1;
        self.second(second).sent += 1;
    }

    fn second(&mut self, second: usize) -> &mut Tally {
        if self.seconds.len() <= second {
            self.seconds.resize_with(second + 1, Tally::default);
        }
        &mut self.seconds[second]
    }
}

impl Tally {
    /// Requests that got no whole answer, or one of status 500 and above.
    pub fn lost(&self) -> u64 {
        self.traffic.server_errors + self.traffic.unanswered
    }

    fn count(&mut self, outcome: &Outcome, micros: u64) {
        match outcome {
            Outcome::Answered { status, revision, image } => {
                add(&mut self.answered, class(*status));
                if let Some(revision) = revision {
                    add(&mut self.by_revision, revision);
                }
                if let Some(image) = image {
                    add(&mut self.by_image, image);
                    if *status == 500 {
                        add(&mut self.status_500_by_image, image);
                    }
                }
                self.traffic.count(Some(*status), micros);
            }
            Outcome::Failed(why) => {
                add(&mut self.failed, why);
                self.traffic.count(None, micros);
            }
        }
    }
}

fn add(counts: &mut BTreeMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => _ = counts.insert(key.to_owned(), 1),
    }
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}
