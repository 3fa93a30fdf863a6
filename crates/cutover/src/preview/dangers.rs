//! What would take green back, and how soon.

use domain::metric::MetricCheck;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use domain::strategy::Strategy;
use domain::verdict::UNCLEAR;
use serde::Serialize;

/// Something that takes green back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Danger {
    /// What.
    pub(super) what: String,
    /// How soon green is taken back.
    pub(super) when: String,
}

/// What would take green back.
pub(super) fn dangers(service: &ServiceDocument) -> Vec<Danger> {
    let checks = &service.checks;
    let mut dangers = Vec::new();
    let mut add = |what: String, when: String| dangers.push(Danger { what, when });

    if let Some(migration) = &service.migration {
        let what = format!("the migration fails, or does not end within {}", migration.within);
        add(what, "at once: the release is refused before the service is touched".to_owned());
    }
    for alarm in &checks.alarms {
        add(format!("alarm {alarm} begins to ring"), "at once, at any stage".to_owned());
    }
    for check in &checks.metrics {
        let (what, when) = match check {
            MetricCheck::Compare(it) => (
                format!("green errs more than blue, and more than {}", it.tolerated),
                format!("once that is sure but for {} of good releases", it.false_alarms),
            ),
            MetricCheck::Cloudwatch(it) => (
                format!("metric {} leaves its limits", it.name),
                format!("after {} minutes", it.minutes),
            ),
            MetricCheck::Prometheus(it) => {
                (format!("metric {} leaves its limits", it.name), "at once".to_owned())
            }
        };
        add(what, format!("{when}, once production sees green"));
    }
    if service.strategy == (Strategy::Rolling {}) {
        let when = "when the circuit breaker of ECS has seen enough of them fail".to_owned();
        add("green's tasks do not become healthy".to_owned(), when);
    } else {
        add(
            "green is not healthy after its start".to_owned(),
            format!("after {}", checks.start_within),
        );
        if !checks.smoke.is_empty() {
            let what = "a smoke request is not answered well".to_owned();
            add(what, format!("after {}, asked again and again", checks.within));
        }
        let when = format!("after {}, at once when it has traffic", checks.within);
        add("green has no healthy target".to_owned(), when);
        if let Some(replicas) = &checks.replicas {
            let what = format!("a read replica lags more than {}", replicas.max_lag);
            add(what, format!("after {} at a pause", replicas.within));
        }
        let what = "not all targets are healthy, or an alarm is gone".to_owned();
        add(what, format!("{UNCLEAR} after the pause would have been over"));
        add("nobody answers a pause: Cutover is down".to_owned(), nobody(service));
    }
    let what = "a step fails again and again, or is stopped".to_owned();
    add(what, "when its retries are used up; stopped, after a minute".to_owned());
    add(
        "a person".to_owned(),
        format!("by `cutover rollback {}`, at any stage and afterwards", service.name),
    );
    dangers
}

/// After how long ECS takes green back by itself.
fn nobody(service: &ServiceDocument) -> String {
    let pauses = service.strategy.pauses(service.bake);
    let lengths = pauses.iter().map(|pause| pause.gives_up);
    let (least, most) = (lengths.clone().min(), lengths.max());
    match (least.unwrap_or(Seconds(0)), most.unwrap_or(Seconds(0))) {
        (least, most) if least == most => format!("ECS goes back by itself after {most}"),
        (least, most) => format!("ECS goes back by itself after {least} to {most}"),
    }
}
