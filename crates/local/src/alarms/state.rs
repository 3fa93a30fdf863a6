//! What an alarm says at present.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The three states of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// All is well.
    Ok,
    /// It rings.
    Alarm,
    /// Just created, or nothing was measured.
    InsufficientData,
}

impl fmt::Display for AlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        })
    }
}

/// How an alarm stands: its state, why, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The state.
    pub value: AlarmState,
    /// Why, in a sentence, worded as CloudWatch does.
    pub reason: String,
    /// What was measured, as the JSON text that CloudWatch gives; not given by a person's hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_data: Option<String>,
    /// Since when it is in this state (`StateTransitionedTimestamp`).
    pub since: Timestamp,
}

impl Standing {
    /// How every alarm begins.
    pub(super) fn unchecked(now: Timestamp) -> Self {
        Self {
            value: AlarmState::InsufficientData,
            reason: "Unchecked: Initial alarm creation".to_owned(),
            reason_data: None,
            since: now,
        }
    }
}
