//! What is going on while something breaks.

use std::time::Duration;

use asl::Keep;
use domain::outcome::End;
use local::plant::Share;
use local::simulated::{Behaviour, Smoke};
use serde_json::json;
use tests::{World, document};

/// Something that people do, and the ends that it may come to, whatever breaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    strategy: Strategy,
    pushes: &'static [Push],
}

#[derive(Debug, Clone, Copy)]
enum Strategy {
    BlueGreen,
    Canary,
}

/// An image that is pushed a while after the one before.
#[derive(Debug, Clone, Copy)]
struct Push {
    tag: &'static str,
    after: u64,
    image: Image,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Image {
    Good,
    /// Its smoke request fails: production must never see it.
    BadSmoke,
    /// It fails under production traffic.
    BadUnderTraffic,
    /// Its tasks never become healthy: production must never see it.
    NeverHealthy,
}

pub(crate) const ALL: [Scenario; 6] = [
    Scenario {
        name: "a good image",
        strategy: Strategy::BlueGreen,
        pushes: &[Push { tag: "v1.1.0", after: 0, image: Image::Good }],
    },
    Scenario {
        name: "a good canary",
        strategy: Strategy::Canary,
        pushes: &[Push { tag: "v1.1.0", after: 0, image: Image::Good }],
    },
    Scenario {
        name: "a failing smoke request",
        strategy: Strategy::BlueGreen,
        pushes: &[Push { tag: "v1.1.0", after: 0, image: Image::BadSmoke }],
    },
    Scenario {
        name: "an image that fails under traffic",
        strategy: Strategy::Canary,
        pushes: &[Push { tag: "v1.1.0", after: 0, image: Image::BadUnderTraffic }],
    },
    Scenario {
        name: "an image that never becomes healthy",
        strategy: Strategy::BlueGreen,
        pushes: &[Push { tag: "v1.1.0", after: 0, image: Image::NeverHealthy }],
    },
    Scenario {
        name: "three pushes in a row",
        strategy: Strategy::BlueGreen,
        pushes: &[
            Push { tag: "v1.1.0", after: 0, image: Image::Good },
            Push { tag: "v1.2.0", after: 30, image: Image::BadSmoke },
            Push { tag: "v1.3.0", after: 30, image: Image::Good },
        ],
    },
];

impl Scenario {
    /// A world in which nothing happened yet.
    pub(crate) async fn begin(&self) -> World {
        let service = document("checkout", |document| {
            document["bake"] = json!("3m");
            if let Strategy::Canary = self.strategy {
                document["strategy"] = json!({ "canary": { "percent": 10, "hold": "2m" } });
            }
        });
        World::builder().with(service).keeping(Keep::Path).begin().await
    }

    /// Lets it happen, until nothing moves any more.
    pub(crate) async fn play(&self, world: &mut World) {
        for push in self.pushes {
            world.pass(Duration::from_secs(push.after)).await;
            world.push("checkout", push.tag, push.image.behaviour()).await;
        }
        world.settle().await;
    }

    /// Whether a tag may have ended so.
    pub(crate) fn may_end(&self, tag: &str, end: End) -> bool {
        let good = self.pushes.iter().any(|push| push.tag == tag && push.image == Image::Good);
        match end {
            End::Deployed => good,
            End::Refused | End::RolledBack => true,
            End::Stuck => false,
        }
    }

    /// Whether production may ever see a tag.
    pub(crate) fn may_serve(&self, tag: &str) -> bool {
        let unseen = |push: &&Push| matches!(push.image, Image::BadSmoke | Image::NeverHealthy);
        !self.pushes.iter().filter(unseen).any(|push| push.tag == tag)
    }
}

impl Image {
    fn behaviour(self) -> Behaviour {
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
