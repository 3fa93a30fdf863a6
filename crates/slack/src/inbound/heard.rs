//! What a request of Slack says.

use domain::people::{Ask, Wish};

/// What was heard in a request that is Slack's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Somebody pressed a button. What Slack is answered nobody sees: what is said to them goes to
    /// an address of Slack.
    Pressed {
        /// What they want.
        wish: Wish,
        /// The address.
        answer_at: Option<String>,
    },
    /// Somebody gave a command: they see what Slack is answered.
    Asked(Ask),
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
