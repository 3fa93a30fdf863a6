//! GitHub, as far as the demo needs it: it signs what it tells, and posts it.

use std::net::SocketAddr;
use std::time::Duration;

use domain::name::{Digest, Tag};
use jiff::Timestamp;
use reqwest::Client;
use uuid::Uuid;

/// How long GitHub waits for an answer
/// (<https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks>).
const PATIENCE: Duration = Duration::from_secs(10);

/// What GitHub posts when the image of a repository is pushed.
const SAMPLE: &str = include_str!("../../../../events/samples/github/package-published.json");

/// What stands in the sample, and is another in each push.
const DIGEST: &str = "sha256:09701a1e04c749a19993c1c13e4df2de5ef7bf1928d5b6972d1f5c2f6b558f7a";
const TAG: &str = "v1.4.0";
const NAME: &str = "checkout";
const PUSHED_AT: &str = "2026-05-04T09:12:20Z";

/// GitHub, with the secret it signs with.
#[derive(Debug, Clone)]
pub(super) struct GitHub {
    client: Client,
    address: String,
    secret: String,
}

/// A push, as GitHub tells of it: again and again the same delivery, or by another event.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    event: &'static str,
    id: Uuid,
    body: String,
}

impl Delivery {
    /// The event `package`: this tag of `ghcr.io/octo-shop/<name>` now stands for this digest.
    pub(super) fn of(name: &str, tag: &Tag, digest: &Digest, now: Timestamp) -> Self {
        let body = SAMPLE
            .replace(DIGEST, digest.as_str())
            .replace(TAG, tag.as_str())
            .replace(NAME, name)
            .replace(PUSHED_AT, &now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        Self { event: "package", id: Uuid::new_v4(), body }
    }

    /// The same push by the event `registry_package`: a delivery of its own.
    pub(super) fn by_the_other_event(&self) -> Self {
        let body = self.body.replacen(r#""package":"#, r#""registry_package":"#, 1);
        Self { event: "registry_package", id: Uuid::new_v4(), body }
    }

    /// The event, as the story tells it.
    pub(super) fn event(&self) -> &'static str {
        self.event
    }

    fn headers(&self, secret: &str) -> [(&'static str, String); 4] {
        [
            ("content-type", "application/json".to_owned()),
            ("x-github-event", self.event.to_owned()),
            ("x-github-delivery", self.id.to_string()),
            ("x-hub-signature-256", github::signature::sign(secret, self.body.as_bytes())),
        ]
    }
}

impl GitHub {
    /// GitHub, with a door to knock at.
    pub(super) fn new(door: SocketAddr, secret: String) -> reqwest::Result<Self> {
        // The door is on this machine, whatever proxy the environment names.
        let client = outbound::http().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { client, address: format!("http://{door}/webhooks/github"), secret })
    }

    /// Posts a delivery and answers the status that the door answered.
    pub(super) async fn deliver(&self, delivery: &Delivery) -> reqwest::Result<u16> {
        let mut request = self.client.post(&self.address).body(delivery.body.clone());
        for (name, value) in delivery.headers(&self.secret) {
            request = request.header(name, value);
        }
        Ok(request.send().await?.status().as_u16())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::secrets::Secrets;
    use github::{Heard, webhook};

    fn heard(delivery: &Delivery) -> Heard {
        let secrets = Secrets::new("hush").unwrap();
        let body = delivery.body.as_bytes();
        webhook::read(&secrets, webhook::LIMIT, delivery.headers("hush"), body).unwrap()
    }

    #[test]
    fn both_events_tell_of_the_same_push_in_deliveries_of_their_own() {
        let digest: Digest = format!("sha256:{}", "ab".repeat(32)).parse().unwrap();
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let delivery = Delivery::of("catalog", &"v1.1.0".parse().unwrap(), &digest, now);

        let (Heard::Pushed(one), Heard::Pushed(other)) =
            (heard(&delivery), heard(&delivery.by_the_other_event()))
        else {
            panic!("an image was pushed");
        };

        assert_eq!(one.image, "ghcr.io/octo-shop/catalog");
        assert_eq!((&*one.tag, &*one.digest), ("v1.1.0", digest.as_str()));
        assert_eq!(one.at, Some(now));
        assert_ne!(one.delivery, other.delivery);
        assert_eq!(one, Box::new(webhook::Push { delivery: one.delivery.clone(), ..*other }));
    }
}
