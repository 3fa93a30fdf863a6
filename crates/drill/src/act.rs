//! What people do.

use domain::name::{ServiceName, Tag};
use local::plant::Share;
use local::simulated::{Behaviour, Smoke};
use serde::{Deserialize, Serialize};

/// Something that somebody does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// So many seconds after the beginning.
    pub at: u64,
    /// What.
    pub does: Deed,
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// An image is pushed. The same tag once more is the same push, delivered again.
    Push {
        /// The service that follows it.
        service: ServiceName,
        /// Its tag, a version.
        tag: Tag,
        /// How it behaves.
        image: Image,
    },
    /// Somebody presses *Stop execution* on all that run of a state machine.
    Stop {
        /// Its name: `deployment`.
        machine: String,
    },
    /// Somebody puts an alarm into ALARM by hand. Its own evaluation takes it out again.
    Ring {
        /// Its name.
        alarm: String,
    },
}

/// How an image behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Image {
    /// Well.
    Good,
    /// Its smoke request fails: production must never see it.
    BadSmoke,
    /// It fails under production traffic.
    BadUnderTraffic,
    /// Its tasks never become healthy: production must never see it.
    NeverHealthy,
}

impl Act {
    /// An image is pushed.
    ///
    /// # Panics
    /// When `service` or `tag` is none.
    pub fn push(at: u64, service: &str, tag: &str, image: Image) -> Self {
        let service = service.parse().expect("the name of a service");
        Self { at, does: Deed::Push { service, tag: tag.parse().expect("a tag"), image } }
    }

    /// Somebody stops all executions of a state machine.
    pub fn stop(at: u64, machine: &str) -> Self {
        Self { at, does: Deed::Stop { machine: machine.to_owned() } }
    }

    /// Somebody lets an alarm ring.
    pub fn ring(at: u64, alarm: &str) -> Self {
        Self { at, does: Deed::Ring { alarm: alarm.to_owned() } }
    }
}

impl Image {
    /// Whether production may ever see it.
    pub fn may_serve(self) -> bool {
        matches!(self, Self::Good | Self::BadUnderTraffic)
    }

    pub(crate) fn behaviour(self) -> Behaviour {
        let well = Behaviour::default();
        match self {
            Self::Good => well,
            Self::BadSmoke => {
                Behaviour { smoke: Smoke { status: 500, ..Smoke::default() }, ..well }
            }
            Self::BadUnderTraffic => Behaviour { error_rate: Share::ALL, ..well },
            Self::NeverHealthy => Behaviour { healthy: false, ..well },
        }
    }
}
