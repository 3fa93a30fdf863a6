//! What was found before anything is touched, all of it at once.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::seconds::Seconds;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What speaks against beginning, each as a sentence with its remedy.
    pub objections: Vec<String>,
    /// What makes it slow or risky.
    pub warnings: Vec<Warning>,
}

/// Something that makes a deployment slow or risky, and does not refuse it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What, in a sentence with its remedy.
    pub what: String,
    /// How much longer the deployment takes for it, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<Seconds>,
}

impl Report {
    pub(super) fn objects(&mut self, why: impl Into<String>) {
        self.objections.push(why.into());
    }

    pub(super) fn warns(&mut self, what: impl Into<String>) {
        self.warnings.push(Warning { what: what.into(), costs: None });
    }

    pub(super) fn delays(&mut self, costs: Seconds, what: impl Into<String>) {
        self.warnings.push(Warning { what: what.into(), costs: Some(costs) });
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match self.costs {
            Some(costs) => write!(f, " (costs {costs})"),
            None => Ok(()),
        }
    }
}
