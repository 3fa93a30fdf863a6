//! What a deployment that waits asks people.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a deployment that waits asks people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asking {
    /// What it is about.
    pub about: About,
    /// Why it waits, in a sentence.
    pub why: String,
    /// Who may answer; everybody if nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// Who may not: whoever asked for the deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<String>,
    /// Since when it waits.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Asking {
    /// Whether it is the same question as one that was asked before, however it is worded by now.
    pub fn is_asked_by(&self, before: Option<&Self>) -> bool {
        before.is_some_and(|it| it.about == self.about && it.since == self.since)
    }
}

/// What people are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// All is well, and the document wants somebody to agree.
    Approval,
    /// All is not well, and the document says `on_failure: hold`, or its migration is irreversible.
    Hold,
}

impl fmt::Display for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, until {:.0}", self.why, self.until)
    }
}
