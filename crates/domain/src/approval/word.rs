//! What a person said.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::About;

/// What a person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// What was asked.
    pub about: About,
    /// Who.
    pub by: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.about {
            About::Approval => write!(f, "{} approves", self.by)?,
            About::Hold => write!(f, "{} lets it go on all the same", self.by)?,
        }
        self.reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}
