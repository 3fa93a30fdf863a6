//! Digests that no event may deploy again.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::{DeploymentId, Digest};
use crate::seconds::Seconds;

mod by_hand;
mod kept;

pub use by_hand::{ByHand, InForce};

/// How long a digest stays in quarantine if nobody lifts it. By then GitHub delivers nothing of
/// that time any more, and who still wants it means it.
pub const QUARANTINE: Seconds = Seconds(30 * 24 * 3600);

/// A digest that may not be deployed until a person lifts it, or it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quarantine {
    /// What.
    pub digest: Digest,
    /// Why, in a sentence.
    pub why: String,
    /// Who did it: a person, or what rang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The deployment that brought it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// A person's word that a digest may be deployed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lifted {
    /// What.
    pub digest: Digest,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// Since when it was in quarantine.
    pub since: Timestamp,
}
