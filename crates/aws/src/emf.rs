//! What is measured, as metrics of CloudWatch: lines of the log in the embedded metric format, which
//! CloudWatch Logs reads where a function writes lines as they are (`log_format = "Text"`).
//!
//! Source: the CloudWatch User Guide, "Specification: Embedded metric format".

use std::io::{self, Write};

use domain::measure::{Label, Measure, Unit, What};
use domain::name::DeploymentId;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use workflow::ports::Meter;

/// Where the metrics are found.
const NAMESPACE: &str = "Cutover";

/// Writes what is measured to the standard output. No call of AWS is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Emf;

impl Meter for Emf {
    fn count(&self, deployment: &DeploymentId, at: Timestamp, measures: &[Measure]) {
        let mut output = io::stdout().lock();
        for line in lines(deployment, at, measures) {
            // The log's own lines would be lost, too.
            let _ = writeln!(output, "{line}");
        }
    }
}

/// A line for each combination of labels, with all that was measured of it.
fn lines(deployment: &DeploymentId, at: Timestamp, measures: &[Measure]) -> Vec<Value> {
    let mut groups = Vec::<Vec<&Measure>>::new();
    for measure in measures {
        let alike = |group: &&mut Vec<&Measure>| group[0].labelled().eq(measure.labelled());
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(measure),
            None => groups.push(vec![measure]),
        }
    }
    groups.into_iter().map(|group| line(deployment, at, &group)).collect()
}

/// The line of what has the same labels.
fn line(deployment: &DeploymentId, at: Timestamp, group: &[&Measure]) -> Value {
    let labels: Vec<_> = group[0].labelled().map(|(label, of)| (dimension(label), of)).collect();
    let dimensions: Vec<_> = labels.iter().map(|(name, _)| *name).collect();
    let metrics: Vec<_> = group
        .iter()
        .map(|it| json!({ "Name": metric(it.what), "Unit": unit(it.what.unit()) }))
        .collect();
    let directive =
        json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics });

    let mut line = Map::new();
    let about = json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": [directive] });
    line.insert("_aws".into(), about);
    line.insert("deployment".into(), json!(deployment));
    line.extend(labels.iter().map(|(name, of)| ((*name).to_owned(), json!(of))));
    line.extend(group.iter().map(|it| (metric(it.what).to_owned(), json!(it.value))));
    Value::Object(line)
}

fn metric(what: What) -> &'static str {
    match what {
        What::Deployments => "Deployments",
        What::Changes => "Changes",
        What::ChangeFailures => "ChangeFailures",
        What::LeadTime => "LeadTime",
        What::TimeToRestore => "TimeToRestore",
        What::StageTime => "StageTime",
        What::Verdicts => "Verdicts",
    }
}

fn dimension(label: Label) -> &'static str {
    match label {
        Label::Service => "Service",
        Label::Cause => "Cause",
        Label::End => "End",
        Label::Stage => "Stage",
        Label::Check => "Check",
        Label::Answer => "Answer",
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "Count",
        Unit::Seconds => "Seconds",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_same_labels_is_one_line() {
        let measure = |what, value, labels: &[&str]| Measure {
            what,
            value,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        };
        let measures = [
            measure(What::Deployments, 1.0, &["shop", "push", "Deployed"]),
            measure(What::Changes, 1.0, &["shop"]),
            measure(What::LeadTime, 612.5, &["shop"]),
            measure(What::StageTime, 2.0, &["queue"]),
            measure(What::StageTime, 60.0, &["start"]),
        ];
        let at = "2026-03-01T03:00:00.25Z".parse().unwrap();

        let lines = lines(&"shop-1".parse().unwrap(), at, &measures);

        assert_eq!(lines.len(), 4);
        assert_eq!(
            lines[1],
            json!({
                "_aws": {
                    "Timestamp": 1_772_334_000_250_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Cutover",
                        "Dimensions": [["Service"]],
                        "Metrics": [
                            { "Name": "Changes", "Unit": "Count" },
                            { "Name": "LeadTime", "Unit": "Seconds" }
                        ]
                    }]
                },
                "deployment": "shop-1",
                "Service": "shop",
                "Changes": 1.0,
                "LeadTime": 612.5
            })
        );
        assert_eq!(lines[3]["Stage"], "start");
    }
}
