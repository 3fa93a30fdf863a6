//! What is measured in this life of the account, as Prometheus reads it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::desk::Desk;
use domain::measure::{Label, Measure, STAGES, Unit, What};
use domain::name::{DeploymentId, ServiceName};
use domain::outcome::End;
use domain::request::Cause;
use exposition::{Histogram, Text, label};
use jiff::Timestamp;
use parking_lot::Mutex;
use workflow::ports::Meter;

use super::Inner;
use super::world::World;
use crate::plant::Plant;

/// The buckets of deployments, in seconds: from one to a week.
const DEPLOYMENTS: [f64; 11] =
    [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0];

/// What was measured, by what and its labels.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    things: BTreeMap<(What, String), f64>,
    times: BTreeMap<(What, String), Histogram>,
}

impl<P: Plant> Meter for World<P> {
    fn count(&self, _: &DeploymentId, _: Timestamp, measures: &[Measure]) {
        let mut counted = self.0.meter.0.lock();
        for measure in measures {
            counted.count(measure);
        }
    }
}

impl Counted {
    fn count(&mut self, measure: &Measure) {
        let labels = measure.labelled().map(|(name, of)| label(name_of(name), of));
        let key = (measure.what, labels.collect::<Vec<_>>().join(","));
        match measure.what.unit() {
            Unit::Count => *self.things.entry(key).or_default() += measure.value,
            Unit::Seconds => {
                let times = self.times.entry(key).or_insert_with(|| Histogram::new(&DEPLOYMENTS));
                times.count(Duration::try_from_secs_f64(measure.value).unwrap_or_default());
            }
        }
    }
}

impl<P: Plant> Inner<P> {
    /// Everything that is counted, and how things stand now.
    pub(super) fn metrics(&self) -> String {
        let services: Vec<_> = self.documents.read().keys().cloned().collect();
        let desks: Vec<_> = services.iter().map(|service| self.book.desk(service)).collect();

        let mut text = Text::default();
        self.meter.write(&mut text, &services);
        standing(&mut text, &desks);
        text.about("cutover_dead_letters", "gauge", "Events that nobody could take.");
        text.line(format_args!("cutover_dead_letters {}", self.bus().dead_letters().len()));
        text.finish()
    }
}

impl Counts {
    fn write(&self, text: &mut Text, services: &[ServiceName]) {
        let counted = self.0.lock();
        for what in What::ALL {
            let (name, help) = about(what);
            match what.unit() {
                Unit::Count => {
                    // What begins at one cannot be seen to rise.
                    let zeros = zeros(what, services).into_iter().map(|labels| (labels, 0.0));
                    let mut things: BTreeMap<_, _> = zeros.collect();
                    let known = counted.things.iter().filter(|((it, _), _)| *it == what);
                    things.extend(known.map(|((_, labels), count)| (labels.clone(), *count)));
                    text.about(name, "counter", help);
                    for (labels, count) in things {
                        text.line(format_args!("{name}{{{labels}}} {count}"));
                    }
                }
                Unit::Seconds => {
                    let none = || Histogram::new(&DEPLOYMENTS);
                    let zeros = zeros(what, services).into_iter().map(|labels| (labels, none()));
                    let mut times: BTreeMap<_, _> = zeros.collect();
                    let known = counted.times.iter().filter(|((it, _), _)| *it == what);
                    times.extend(known.map(|((_, labels), times)| (labels.clone(), times.clone())));
                    text.about(name, "histogram", help);
                    for (labels, times) in times {
                        times.write(text, name, &labels);
                    }
                }
            }
        }
    }
}

/// The labels of what is there from the beginning, though nothing of it was counted yet.
fn zeros(what: What, services: &[ServiceName]) -> Vec<String> {
    let services = services.iter().map(|service| label("service", service.as_str()));
    match what {
        What::Deployments => services.flat_map(|service| ends(&service)).collect(),
        What::Changes | What::ChangeFailures | What::LeadTime | What::TimeToRestore => {
            services.collect()
        }
        What::StageTime => STAGES.iter().map(|stage| label("stage", stage)).collect(),
        What::Verdicts => Vec::new(),
    }
}

/// The labels of every way in which a deployment of a service may end.
fn ends(service: &str) -> Vec<String> {
    let causes = [Cause::Push, Cause::Template, Cause::Manual, Cause::Rollback];
    let mut labels = Vec::new();
    for cause in causes.map(|cause| label("cause", cause.as_str())) {
        for end in [End::Deployed, End::Refused, End::RolledBack, End::Stuck] {
            labels.push(format!("{service},{cause},{}", label("end", &end.to_string())));
        }
    }
    labels
}

/// How each service stands.
fn standing(text: &mut Text, desks: &[Desk]) {
    let mut gauge = |name: &str, help: &str, count: &dyn Fn(&Desk) -> usize| {
        text.about(name, "gauge", help);
        for desk in desks {
            let service = label("service", desk.service.as_str());
            text.line(format_args!("{name}{{{service}}} {}", count(desk)));
        }
    };
    gauge("cutover_waiting_requests", "Requests that wait for their turn.", &|desk| {
        usize::from(desk.waiting.is_some()) + usize::from(desk.urgent.is_some())
    });
    gauge("cutover_held_leases", "Deployments under way.", &|desk| {
        usize::from(desk.lease.is_some())
    });
}

fn about(what: What) -> (&'static str, &'static str) {
    match what {
        What::Deployments => {
            ("cutover_deployments_total", "Deployments that ended, by what asked and how.")
        }
        What::Changes => ("cutover_changes_total", "Changes that production saw."),
        What::ChangeFailures => ("cutover_change_failures_total", "Those that failed there."),
        What::LeadTime => {
            ("cutover_lead_time_seconds", "From the push until all of production was on it.")
        }
        What::TimeToRestore => (
            "cutover_time_to_restore_seconds",
            "From a failed change in production until the way back had settled.",
        ),
        What::StageTime => {
            ("cutover_stage_seconds", "How long deployments were in each of their stages.")
        }
        What::Verdicts => ("cutover_verdicts_total", "What checks said, by their kind."),
    }
}

fn name_of(label: Label) -> &'static str {
    match label {
        Label::Service => "service",
        Label::Cause => "cause",
        Label::End => "end",
        Label::Stage => "stage",
        Label::Check => "check",
        Label::Answer => "answer",
    }
}
