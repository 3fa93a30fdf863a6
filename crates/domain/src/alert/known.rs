//! What was told last of an alert.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Alert;

/// An alert that a desk remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// As it was told last.
    pub alert: Alert,
    /// When that was.
    pub told: Timestamp,
}
