//! What is going on while something breaks.

use domain::service::ServiceDocument;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::act::{Act, Image};
use crate::world::Extent;
use crate::{Schedule, document};

/// What is going on while something breaks: services, and what people do with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// An image that is well, all traffic in one step.
    GoodImage,
    /// An image that is well, a tenth of the traffic first, after a migration.
    GoodCanary,
    /// An image whose smoke request fails.
    FailingSmoke,
    /// A canary that fails under traffic.
    FailingUnderTraffic,
    /// An image whose tasks never become healthy.
    NeverHealthy,
    /// Three images while the first is still being deployed.
    ThreePushes,
    /// Two services that share an alarm; the image of one fails under traffic.
    SharedAlarm,
    /// An image that is well, and an alarm that rings some minutes after it was deployed.
    AlarmAfterTheEnd,
    /// Three services that share an alarm, and nobody does anything: what happens is up to the
    /// schedule.
    QuietShop,
}

impl Scenario {
    /// All in which something happens by itself.
    pub const ALL: [Self; 8] = [
        Self::GoodImage,
        Self::GoodCanary,
        Self::FailingSmoke,
        Self::FailingUnderTraffic,
        Self::NeverHealthy,
        Self::ThreePushes,
        Self::SharedAlarm,
        Self::AlarmAfterTheEnd,
    ];

    /// The services, each serving `v1.0.0` at the beginning.
    pub fn services(self) -> Vec<ServiceDocument> {
        let canary = |document: &mut Value| {
            document["strategy"] = json!({ "canary": { "percent": 10, "hold": "2m" } });
        };
        let shared = |document: &mut Value| document["checks"]["alarms"] = json!(["shop-errors"]);
        match self {
            Self::GoodImage
            | Self::FailingSmoke
            | Self::NeverHealthy
            | Self::ThreePushes
            | Self::AlarmAfterTheEnd => vec![service("checkout", |_| {})],
            Self::GoodCanary => vec![service("checkout", |document| {
                canary(document);
                document["migration"] = json!({ "command": ["./migrate", "up"], "within": "2m" });
            })],
            Self::FailingUnderTraffic => vec![service("checkout", canary)],
            Self::SharedAlarm => vec![service("checkout", shared), service("catalog", shared)],
            Self::QuietShop => vec![
                service("checkout", shared),
                service("catalog", |document| {
                    shared(document);
                    canary(document);
                }),
                service("search", shared),
            ],
        }
    }

    /// What people do in it, by itself.
    pub fn acts(self) -> Vec<Act> {
        let pushed = |image| vec![Act::push(0, "checkout", "v1.1.0", image)];
        match self {
            Self::GoodImage | Self::GoodCanary => pushed(Image::Good),
            Self::FailingSmoke => pushed(Image::BadSmoke),
            Self::FailingUnderTraffic => pushed(Image::BadUnderTraffic),
            Self::NeverHealthy => pushed(Image::NeverHealthy),
            Self::ThreePushes => vec![
                Act::push(0, "checkout", "v1.1.0", Image::Good),
                Act::push(30, "checkout", "v1.2.0", Image::BadSmoke),
                Act::push(60, "checkout", "v1.3.0", Image::Good),
            ],
            Self::SharedAlarm => vec![
                Act::push(0, "checkout", "v1.1.0", Image::Good),
                Act::push(20, "catalog", "v1.1.0", Image::BadUnderTraffic),
            ],
            Self::AlarmAfterTheEnd => vec![
                Act::push(0, "checkout", "v1.1.0", Image::Good),
                Act::ring(300, "checkout-errors"),
            ],
            Self::QuietShop => Vec::new(),
        }
    }

    /// How long it is when nothing breaks.
    pub fn extent(self) -> Extent {
        crate::run(async { Schedule::of(self).play().await.extent() })
    }
}

/// A service document whose bake is short.
fn service(name: &str, change: impl FnOnce(&mut Value)) -> ServiceDocument {
    document(name, |document| {
        document["bake"] = json!("3m");
        change(document);
    })
}
