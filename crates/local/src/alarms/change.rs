//! An alarm that went from one state to another, and the event that tells of it.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::check::Composite;
use super::definition::MetricAlarm;
use super::metric::Metric;
use super::reason::stamp;
use super::state::Standing;

/// An alarm that went from one state to another.
#[derive(Debug, Clone, PartialEq)]
pub struct StateChange {
    /// The alarm's name.
    pub alarm: String,
    /// How it stood.
    pub before: Standing,
    /// How it stands.
    pub after: Standing,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) configuration: Value,
}

impl StateChange {
    /// The alarm's ARN.
    pub fn arn(&self) -> String {
        arn(&self.region, &self.account, &self.alarm)
    }

    /// When it happened.
    pub fn at(&self) -> Timestamp {
        self.after.since
    }

    /// The event that CloudWatch puts on the bus: "CloudWatch Alarm State Change".
    ///
    /// Its `id` follows from the alarm, the time and the state, so that telling the same change
    /// twice can be noticed.
    ///
    /// Source: CloudWatch User Guide, "Alarm events and EventBridge".
    pub fn event(&self) -> Value {
        let arn = self.arn();
        let identity = format!("{arn} {} {}", self.at(), self.after.value);

        json!({
            "version": "0",
            "id": Uuid::new_v5(&Uuid::NAMESPACE_URL, identity.as_bytes()).to_string(),
            "detail-type": "CloudWatch Alarm State Change",
            "source": "aws.cloudwatch",
            "account": self.account,
            "time": self.at().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": self.region,
            "resources": [arn],
            "detail": {
                "alarmName": self.alarm,
                "configuration": self.configuration,
                "previousState": state(&self.before),
                "state": state(&self.after),
            },
        })
    }
}

/// `arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-5xx`.
pub(super) fn arn(region: &str, account: &str, alarm: &str) -> String {
    format!("arn:aws:cloudwatch:{region}:{account}:alarm:{alarm}")
}

fn state(standing: &Standing) -> Value {
    let mut state = json!({
        "value": standing.value,
        "reason": standing.reason,
        "timestamp": stamp(standing.since),
    });
    if let Some(data) = &standing.reason_data {
        state["reasonData"] = json!(data);
    }
    state
}

/// `configuration` in events of a metric alarm.
pub(super) fn metric_configuration(alarm: &MetricAlarm, metric: &Metric) -> Value {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, alarm.name.as_bytes());
    with_description(
        json!({
            "metrics": [{
                "id": id.to_string(),
                "metricStat": {
                    "metric": {
                        "dimensions": { "Service": metric.service },
                        "name": metric.measure.name(),
                        "namespace": "Cutover/Local",
                    },
                    "period": alarm.period_seconds,
                    "stat": metric.measure.statistic(),
                },
                "returnData": true,
            }],
        }),
        alarm.description.as_deref(),
    )
}

/// `configuration` in events of a composite alarm.
pub(super) fn composite_configuration(composite: &Composite) -> Value {
    with_description(json!({ "alarmRule": composite.text }), composite.description.as_deref())
}

fn with_description(mut configuration: Value, description: Option<&str>) -> Value {
    if let Some(description) = description {
        configuration["description"] = json!(description);
    }
    configuration
}
