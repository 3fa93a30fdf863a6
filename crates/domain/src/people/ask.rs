//! What somebody says to Cutover, and what is said in answer.

use serde::{Deserialize, Serialize};

use super::Wish;
use crate::name::{ServiceName, SlackUser};

/// What somebody says to Cutover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// They want something done.
    Wish(Wish),
    /// They ask how a service stands, or how all do. Whoever Slack lets in may know.
    Status {
        /// Who.
        user: SlackUser,
        /// Which service.
        service: Option<ServiceName>,
    },
    /// They ask for the newest deployments of a service.
    History {
        /// Who.
        user: SlackUser,
        /// Which service.
        service: ServiceName,
    },
}

/// What is said in answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What is said.
    pub text: String,
    /// Whether the channel hears it, and not only who asked.
    pub aloud: bool,
}

impl Answer {
    /// For who asked.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self { text: text.into(), aloud: false }
    }

    /// For everybody in the channel: no message of a deployment would show it.
    pub fn aloud(text: impl Into<String>) -> Self {
        Self { text: text.into(), aloud: true }
    }
}
