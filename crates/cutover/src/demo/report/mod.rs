//! What became of the demo: for a program as JSON, and whether all was as expected.

use std::collections::BTreeMap;

use domain::name::Digest;
use domain::outcome::End;
use domain::record::Record;
use local::load::LoadReport;
use local::proxy::Totals;
use serde::Serialize;

use super::script::{Act, Part};

/// What is known of one service when the demo is over.
#[derive(Debug, Clone)]
pub(super) struct Played {
    /// What was to happen.
    pub(super) part: Part,
    /// Each act, with what became of it.
    pub(super) acts: Vec<Deployed>,
    /// How many deployments there were, of whatever.
    pub(super) deployments: usize,
    /// What the door answered, by delivery.
    pub(super) answers: Vec<u16>,
    /// What the clients saw.
    pub(super) load: LoadReport,
    /// What the proxy counted.
    pub(super) totals: Totals,
}

/// One image that was pushed, and its deployment.
#[derive(Debug, Clone)]
pub(super) struct Deployed {
    /// What was to happen.
    pub(super) act: Act,
    /// Its digest.
    pub(super) digest: Digest,
    /// What is recorded of it, if it was deployed at all.
    pub(super) record: Option<Record>,
    /// The states it went through.
    pub(super) path: Vec<String>,
    /// How many state transitions it took.
    pub(super) transitions: usize,
}

/// The report of a demo.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Report {
    /// Whether all was as it must be.
    pub(super) as_expected: bool,
    /// What was not, a sentence each.
    pub(super) unexpected: Vec<String>,
    /// How long it took, in seconds.
    pub(super) seconds: f64,
    /// Every image that was pushed, and what became of it.
    pub(super) deployments: Vec<Deployment>,
    /// What clients saw.
    pub(super) requests: Requests,
    /// By service.
    pub(super) services: BTreeMap<String, Rate>,
    /// How many webhooks were delivered.
    pub(super) deliveries: usize,
    /// How many of them started no deployment, because they told of a push that was told before.
    pub(super) duplicates_ignored: usize,
}

/// One deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Deployment {
    pub(super) service: String,
    pub(super) tag: String,
    pub(super) digest: String,
    pub(super) cause: Option<&'static str>,
    /// How it ended; `None` if it did not.
    pub(super) end: Option<End>,
    pub(super) expected: End,
    pub(super) why: Option<String>,
    pub(super) path: Vec<String>,
    pub(super) transitions: usize,
    pub(super) seconds: f64,
    /// Production requests that it answered.
    pub(super) served: u64,
    /// How many of them it answered with 500.
    pub(super) errors: u64,
}

/// What clients saw of all services together.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Requests {
    /// All that were begun.
    pub(super) total: u64,
    /// Those that got no answer, or an error that no image gave on purpose.
    pub(super) failed_by_shift: u64,
    /// Answers, by the digest that gave them.
    pub(super) served_by_digest: BTreeMap<String, u64>,
    /// Those that failed because an image was told to fail.
    pub(super) failed_on_purpose: u64,
}

/// How fast a service was asked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Rate {
    /// Answers a second, over the whole load.
    pub(super) requests_per_second: f64,
    /// The fewest answers in a whole second.
    pub(super) least_in_a_second: u64,
    /// The time within which 99 % of the requests were answered, in milliseconds, rounded up.
    pub(super) p99_millis: Option<f64>,
}

impl Report {
    /// The report of what was played, in `seconds`.
    pub(super) fn of(played: &[Played], seconds: f64) -> Self {
        let unexpected: Vec<String> = played.iter().flat_map(Played::unexpected).collect();
        let deliveries = played.iter().map(|it| it.answers.len()).sum();
        let started: usize = played.iter().map(|it| it.deployments).sum();
        Self {
            as_expected: unexpected.is_empty(),
            unexpected,
            seconds: tenths(seconds),
            deployments: played.iter().flat_map(Played::deployments).collect(),
            requests: requests(played),
            services: played.iter().map(|it| (it.part.service.to_owned(), it.rate())).collect(),
            deliveries,
            duplicates_ignored: usize::saturating_sub(deliveries, started),
        }
    }
}

fn requests(played: &[Played]) -> Requests {
    let mut requests = Requests::default();
    for played in played {
        requests.total += played.load.total.sent;
        requests.failed_by_shift += played.failed_by_shift();
        requests.failed_on_purpose += played.failed_on_purpose();
        for (image, answers) in &played.load.total.by_image {
            let digest = image.split_once('@').map_or(image.as_str(), |(_, digest)| digest);
            *requests.served_by_digest.entry(digest.to_owned()).or_default() += answers;
        }
    }
    requests
}

impl Played {
    /// The image of an act, as answers name it.
    fn image(&self, digest: &Digest) -> String {
        format!("{}@{digest}", self.part.image())
    }

    /// Requests that an image answered with 500 because it was told to.
    fn failed_on_purpose(&self) -> u64 {
        let errors = &self.load.total.status_500_by_image;
        let bad = self.acts.iter().filter(|deployed| deployed.act.fails_on_purpose());
        bad.filter_map(|deployed| errors.get(&self.image(&deployed.digest))).sum()
    }

    /// Requests that got no answer, or an error that no image gave on purpose: neither the proxy's
    /// 502, 503 and 504 nor the 500 of a good image is excused.
    fn failed_by_shift(&self) -> u64 {
        self.load.total.lost().saturating_sub(self.failed_on_purpose())
    }

    fn deployments(&self) -> impl Iterator<Item = Deployment> {
        let load = &self.load.total;
        self.acts.iter().map(|deployed| {
            let image = self.image(&deployed.digest);
            let record = deployed.record.as_ref();
            let outcome = record.and_then(Record::outcome);
            let cause = record.and_then(Record::request).map(|request| request.cause.as_str());
            Deployment {
                service: self.part.service.to_owned(),
                tag: deployed.act.tag.to_owned(),
                digest: deployed.digest.to_string(),
                cause,
                end: outcome.map(|outcome| outcome.end),
                expected: deployed.act.end,
                why: outcome.map(|outcome| outcome.why.clone()),
                path: deployed.path.clone(),
                transitions: deployed.transitions,
                seconds: tenths(record.map_or(0.0, seconds)),
                served: load.by_image.get(&image).copied().unwrap_or_default(),
                errors: load.status_500_by_image.get(&image).copied().unwrap_or_default(),
            }
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    fn rate(&self) -> Rate {
        let seconds = &self.load.seconds;
        // The first and the last second are not whole.
        let whole = seconds.get(1..seconds.len().saturating_sub(1)).unwrap_or_default();
        let answers = whole.iter().map(|second| second.traffic.requests);
        let mean = answers.clone().sum::<u64>() as f64 / whole.len().max(1) as f64;
        Rate {
            requests_per_second: tenths(mean),
            least_in_a_second: answers.min().unwrap_or_default(),
            p99_millis: self.load.total.traffic.quantile_millis(0.99),
        }
    }

    /// What was not as it must be, a sentence each.
    fn unexpected(&self) -> Vec<String> {
        let service = self.part.service;
        let mut unexpected = Vec::new();

        for deployment in self.deployments() {
            let title = format!("{service} {}", deployment.tag);
            match (deployment.end, deployment.expected) {
                (Some(end), expected) if end == expected => {}
                (Some(end), expected) => unexpected.push(format!(
                    "{title} ended as {end}, not as {expected}: {}",
                    deployment.why.unwrap_or_default()
                )),
                (None, expected) => {
                    unexpected.push(format!("{title} did not end; {expected} was expected"));
                }
            }
            let is_seen = self.acts.iter().any(|it| it.act.tag == deployment.tag && it.act.is_seen);
            match deployment.served {
                0 if is_seen => unexpected.push(format!("{title} answered no production request")),
                1.. if !is_seen => unexpected.push(format!(
                    "{title} failed its smoke request, and answered {} production requests",
                    deployment.served
                )),
                _ => {}
            }
        }
        if self.deployments != self.acts.len() {
            unexpected.push(format!(
                "{service} had {} deployments where {} images were pushed",
                self.deployments,
                self.acts.len()
            ));
        }
        for answer in self.answers.iter().filter(|answer| **answer != 202) {
            unexpected.push(format!("a delivery about {service} was answered with {answer}"));
        }

        let failed = self.failed_by_shift();
        if failed > 0 {
            let (answers, reasons) = (&self.load.total.answered, &self.load.total.failed);
            unexpected.push(format!(
                "{failed} requests of {service} failed by a shift: answers {answers:?}, none {reasons:?}"
            ));
        }
        if !self.totals.failed.is_empty() {
            let failed = &self.totals.failed;
            unexpected.push(format!("the proxy of {service} counted failed requests: {failed:?}"));
        }
        if self.totals.served_by_image != self.load.total.by_image {
            unexpected.push(format!(
                "the proxy and the clients of {service} counted differently: {:?} and {:?}",
                self.totals.served_by_image, self.load.total.by_image
            ));
        }
        unexpected
    }
}

/// From the first entry of a record to its last.
fn seconds(record: &Record) -> f64 {
    match (record.entries.first(), record.entries.last()) {
        (Some(first), Some(last)) => last.at.duration_since(first.at).as_secs_f64(),
        _ => 0.0,
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
pub(super) mod tests;
