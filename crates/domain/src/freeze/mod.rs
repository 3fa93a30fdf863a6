//! A service in which nothing new begins for a while: by a person's word, in a window of its
//! document, or because of what Terraform did to what it stands on.

mod by_hand;
mod in_force;
mod window;

pub use by_hand::FreezeByHand;
pub use window::{Open, Window};

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::seconds::Seconds;

/// The longest freeze by a person's word, and the longest that a push waits for the end of any: its
/// execution ends after 30 days.
pub const LONGEST_FREEZE: Seconds = Seconds(28 * 24 * 3600);

/// How long who waits for a lease sleeps before it asks again.
pub const ASKS_AGAIN: Seconds = Seconds::minutes(5);

/// How long who waits for the end of a freeze sleeps at most. In 28 days that is 672 looks, of six
/// events each, and the history of an execution ends after 25,000.
const LONGEST_SLEEP: Seconds = Seconds::minutes(60);

/// How much longer than necessary it may sleep.
const OVERSLEEPS: Seconds = Seconds::minutes(1);

/// Why nothing new begins, and until when. Pushes wait; the newest follows when it is over. A way
/// back does not wait, and what is under way goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Freeze {
    /// Whose freeze it is.
    #[serde(default)]
    pub cause: Cause,
    /// Why.
    pub why: String,
    /// Who froze it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; until a person ends it if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The time zone in which its window was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Who ended it before its time, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// Whose freeze it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A person said so. A hotfix goes past it.
    #[default]
    Person,
    /// A window of the service document is open. A hotfix goes past it.
    Window,
    /// What the service stands on was destroyed or replaced, or cannot be read. What is missing is
    /// missing for a hotfix, too.
    Terraform,
}

/// Windows freeze nothing until they would have been over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thawed {
    /// When that is.
    pub until: Timestamp,
    /// Who said so, and why.
    pub said: String,
}

impl Freeze {
    /// Whether it is in force.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// How long who waits for its end sleeps before it asks again.
    fn patience(&self, now: Timestamp) -> Seconds {
        let left = self.until.map(|until| Seconds(Seconds::between(now, until).0 + 1));
        left.map_or(LONGEST_SLEEP, |left| left.min(LONGEST_SLEEP))
    }

    /// Its end, for people: that of a window by the clock on its wall.
    fn end(&self) -> Option<String> {
        let until = self.until?;
        let zone = self.zone.as_ref().and_then(|zone| TimeZone::get(zone).ok());
        Some(match zone {
            Some(zone) => until.to_zoned(zone).strftime("%a %Y-%m-%d %H:%M %Z").to_string(),
            None => format!("{until:.0}"),
        })
    }
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = &self.why;
        match self.end() {
            Some(end) => write!(f, "frozen until {end}: {why}"),
            None => write!(f, "frozen until somebody mends it and says `cutover thaw`: {why}"),
        }
    }
}

/// How long who was let wait sleeps before it asks again, if that is another time than `patience`,
/// for which it would.
pub fn sleeps(frozen: Option<&Freeze>, patience: Seconds, now: Timestamp) -> Option<Seconds> {
    let wanted = frozen.map_or(ASKS_AGAIN, |freeze| freeze.patience(now));
    let longest = Seconds(wanted.0 + OVERSLEEPS.0);
    (!(wanted..=longest).contains(&patience)).then_some(wanted)
}

#[cfg(test)]
mod tests;
