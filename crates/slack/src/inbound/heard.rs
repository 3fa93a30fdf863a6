//! What a request of Slack says.

use domain::name::{ServiceName, SlackUser};
use domain::people::Wish;

/// What was heard in a request that is Slack's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Somebody wants something done.
    Wanted(Wish),
    /// Somebody asks how a service stands, or how all do.
    Status {
        /// Who.
        user: SlackUser,
        /// Which service.
        service: Option<ServiceName>,
    },
    /// Somebody asks for the newest deployments of a service.
    History {
        /// Who.
        user: SlackUser,
        /// Which service.
        service: ServiceName,
    },
    /// Somebody does not know what to say, or said it wrong: what is said to them.
    Lost(String),
    /// Nothing that anything could follow from, and why.
    NotForUs(String),
}

impl Heard {
    /// Why it is nothing for us may quote the body, so it is cut to a readable length.
    pub(super) fn not_for_us(why: &str) -> Self {
        Self::NotForUs(why.chars().take(120).collect())
    }
}
