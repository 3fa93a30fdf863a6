//! The envelope every event travels in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// An event as EventBridge delivers it
/// (<https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// Always `0`.
    pub version: String,
    /// Tells this event from every other; the same for each copy that is delivered.
    pub id: Uuid,
    /// What happened, with the source: `CloudWatch Alarm State Change`.
    pub detail_type: String,
    /// Who tells of it: `aws.cloudwatch`, `cutover`.
    pub source: String,
    /// The account it happened in, twelve digits.
    pub account: String,
    /// When it happened.
    pub time: Timestamp,
    /// The region it happened in.
    pub region: String,
    /// What it happened to, as ARNs.
    #[serde(default)]
    pub resources: Vec<String>,
    /// The rest, whose shape source and detail-type decide.
    pub detail: Value,
}

impl Event {
    /// An event of this machine's account, with a random id and no resources.
    pub fn new(source: &str, detail_type: &str, time: Timestamp, detail: Value) -> Self {
        Self {
            version: "0".to_owned(),
            id: Uuid::new_v4(),
            detail_type: detail_type.to_owned(),
            source: source.to_owned(),
            account: "000000000000".to_owned(),
            time,
            region: "local".to_owned(),
            resources: Vec::new(),
            detail,
        }
    }

    /// The same event with a given id: a simulation must give every run the same ones.
    #[must_use]
    pub fn with_id(self, id: Uuid) -> Self {
        Self { id, ..self }
    }

    /// The same event, about `resources`.
    #[must_use]
    pub fn about<R: Into<String>>(self, resources: impl IntoIterator<Item = R>) -> Self {
        Self { resources: resources.into_iter().map(Into::into).collect(), ..self }
    }
}
