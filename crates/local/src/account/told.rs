//! What the account tells whoever listens: enough for a story.

use std::sync::Arc;

use domain::name::{DeploymentId, ServiceName};
use domain::record::Entry;
use domain::service::Place;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plant::Share;

/// Something happened that a story would tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one at a time is told, and let go of")]
pub enum Told {
    /// An entry was added to the record of a deployment.
    Recorded {
        /// When.
        at: Timestamp,
        /// Which deployment.
        deployment: DeploymentId,
        /// Of which service.
        service: ServiceName,
        /// What.
        entry: Entry,
    },
    /// A letter was written to whoever follows by mail.
    Wrote {
        /// When.
        at: Timestamp,
        /// About which service.
        service: ServiceName,
        /// What it says.
        text: String,
    },
    /// ECS ordered another division of production traffic.
    Shifted {
        /// When.
        at: Timestamp,
        /// Of which service.
        place: Place,
        /// The digest of each image that gets some, and its share.
        production: Vec<(String, Share)>,
    },
}

/// Hears of everything that is told, at once and in order. It must not block.
pub type Observer = Arc<dyn Fn(&Told) + Send + Sync>;
