//! Alerts that Prometheus raises and Alertmanager tells of.

mod book;
mod check;
mod known;
#[cfg(test)]
mod tests;

pub use check::AlertCheck;
pub use known::Known;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::beginning;

/// How many labels of an alert are read.
const MOST_LABELS: usize = 30;

/// How much is read of a label, and of what identifies the alert.
const LONGEST: usize = 100;

/// An alert as it was told: it fires, or it is over.
///
/// Which alert it is says its fingerprint, and which of its times the moment it began to fire.
/// Source: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// What its rule is called: the label `alertname`.
    pub name: String,
    /// All its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What Alertmanager calls this set of labels.
    pub fingerprint: String,
    /// Since when it fires.
    pub since: Timestamp,
    /// When it was over; it fires if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Timestamp>,
}

/// The detail of the events `Alert Firing` and `Alert Resolved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alerts {
    /// Those that were told of together; at least one.
    pub alerts: Vec<Alert>,
}

impl Alert {
    /// The same with what nobody needs cut off: whoever may post alerts chooses their labels, and
    /// a group of them may be megabytes.
    #[must_use]
    pub fn cut(self) -> Self {
        let cut = |text: String| beginning(text, LONGEST);
        let labels = self.labels.into_iter().take(MOST_LABELS);
        Self {
            name: cut(self.name),
            fingerprint: cut(self.fingerprint),
            labels: labels.map(|(name, value)| (cut(name), cut(value))).collect(),
            ..self
        }
    }
}

impl fmt::Display for Alert {
    /// As in `alert HighErrorRate`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alert {}", self.name)
    }
}
