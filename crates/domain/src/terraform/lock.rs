//! The lock of a state, or what counts as one.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::excerpt::Excerpt;
use crate::seconds::Seconds;

/// Somebody who changes what services stand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Who, as Terraform tells it: `ada@laptop`.
    pub who: Excerpt,
    /// Whose run it is.
    pub id: Excerpt,
    /// When it was seen.
    pub at: Timestamp,
}

/// How long a lock is believed that is not seen again. A run writes its state every few seconds while
/// it changes something, and each time the lock is looked at; what is forgotten for longer was left
/// behind, and the event of its end lost.
const BELIEVED: Seconds = Seconds::minutes(60);

impl Lock {
    /// Reads a lock. `None` where nothing is changed under it: `plan` locks as well.
    ///
    /// One that cannot be read holds as any other: somebody is at work.
    pub fn read(bytes: &[u8], now: Timestamp) -> Option<Self> {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "PascalCase")]
        struct Wire {
            #[serde(rename = "ID")]
            id: String,
            operation: String,
            who: String,
        }
        let Wire { id, operation, who } = serde_json::from_slice(bytes).unwrap_or_default();
        let who = if who.is_empty() { "somebody" } else { &who };
        (operation != "OperationTypePlan").then(|| Self {
            who: Excerpt::of(who),
            id: Excerpt::of(&id),
            at: now,
        })
    }

    /// The lock that a run of HCP Terraform is while it changes something.
    pub fn of_run(run: &str, now: Timestamp) -> Self {
        let who = format!("HCP Terraform ({run})");
        Self { who: Excerpt::of(&who), id: Excerpt::of(run), at: now }
    }

    /// Whether it is to be believed still.
    pub fn stands(&self, now: Timestamp) -> bool {
        now < BELIEVED.after(self.at)
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} changes what it stands on, seen at {:.0}", self.who, self.at)
    }
}
