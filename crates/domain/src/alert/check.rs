//! Which alerts a service listens to.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Alert;

/// An alert that must not fire, by its rule's name; by its labels too, where one rule is for many
/// services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertCheck {
    /// What the rule is called: the label `alertname`.
    pub name: String,
    /// Labels that it has to have: `{ "service": "checkout" }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl AlertCheck {
    /// Whether it is this one.
    pub fn means(&self, alert: &Alert) -> bool {
        self.name == alert.name
            && self.labels.iter().all(|(name, value)| alert.labels.get(name) == Some(value))
    }

    /// What makes no sense about it, with the field it is in.
    pub(crate) fn nonsense(&self) -> impl Iterator<Item = (&'static str, String)> {
        let named = !self.name.trim().is_empty();
        let name = (!named).then(|| ("name", "say what the alert's rule is called".to_owned()));
        let alertname = self.labels.contains_key("alertname");
        let twice = alertname.then(|| ("labels", "`alertname` is what `name` says".to_owned()));
        name.into_iter().chain(twice)
    }
}

impl fmt::Display for AlertCheck {
    /// As Prometheus writes a selector: `HighErrorRate{service="checkout"}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.labels.is_empty() {
            return Ok(());
        }
        let labels = self.labels.iter().map(|(name, value)| format!("{name}={value:?}"));
        write!(f, "{{{}}}", labels.collect::<Vec<_>>().join(","))
    }
}
