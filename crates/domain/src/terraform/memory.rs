//! What a desk remembers of Terraform.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Lock, Seen};
use crate::freeze::{Cause, Freeze};
use crate::name::Arn;

/// What a service stands on, as it was last seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The last state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// The task definition on which what served was to be deployed again, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onto: Option<Onto>,
    /// Since when an output is another one, and the read replicas are to be asked whether they keep up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Timestamp>,
    /// When the look was begun that changed this last. One that was begun earlier and comes late
    /// changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Timestamp>,
    /// Who changes it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// Why nothing may be deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Frozen>,
    /// What was found last while nothing may be deployed: the state that a person accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Seen>,
}

/// A task definition on which what serves is to be deployed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onto {
    /// Which.
    pub template: Arn,
    /// Since when.
    pub since: Timestamp,
}

/// Why nothing may be deployed, until a person accepts what there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Why, in a sentence.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
}

impl Memory {
    /// Why nothing may be begun, until a person accepts what there is.
    pub fn freeze(&self) -> Option<Freeze> {
        let Frozen { why, since } = self.frozen.clone()?;
        Some(Freeze {
            cause: Cause::Terraform,
            why,
            by: None,
            since,
            until: None,
            zone: None,
            ended: None,
        })
    }

    /// The state that was read last, whether or not anything may be deployed on it.
    pub fn newest(&self) -> Option<&Seen> {
        self.found.as_ref().or(self.seen.as_ref())
    }

    /// Takes what there is as it was found last. A look that was begun before comes too late.
    pub(crate) fn accept(&mut self, now: Timestamp) {
        self.frozen = None;
        self.seen = self.found.take();
        self.looked = Some(now);
    }
}
