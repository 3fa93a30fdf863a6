//! GitHub, as far as the demo needs it: it signs what it tells, and posts it.

use std::io;
use std::net::SocketAddr;

use domain::name::{Digest, Tag};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpStream;
use uuid::Uuid;

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
    /// Where the door is.
    pub(super) door: SocketAddr,
    /// The webhook's secret.
    pub(super) secret: String,
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

    fn signed(&self, secret: &str) -> Request<Full<Bytes>> {
        Request::post("/webhooks/github")
            .header(header::HOST, "cutover.example")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "GitHub-Hookshot/demo")
            .header("X-GitHub-Event", self.event)
            .header("X-GitHub-Delivery", self.id.to_string())
            .header("X-Hub-Signature-256", github::signature::sign(secret, self.body.as_bytes()))
            .body(Full::from(self.body.clone()))
            .expect("hexadecimal digits and our own words make a header")
    }
}

impl GitHub {
    /// Posts a delivery and answers what the door answered.
    pub(super) async fn deliver(&self, delivery: &Delivery) -> io::Result<StatusCode> {
        let connection = TokioIo::new(TcpStream::connect(self.door).await?);
        let (mut door, connection) =
            hyper::client::conn::http1::handshake(connection).await.map_err(io::Error::other)?;
        tokio::spawn(connection);

        let answer = door.send_request(delivery.signed(&self.secret)).await;
        let answer = answer.map_err(io::Error::other)?;
        let status = answer.status();
        answer.into_body().collect().await.map_err(io::Error::other)?;
        Ok(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use github::{Heard, Secrets, webhook};

    fn heard(delivery: &Delivery) -> Heard {
        let request = delivery.signed("hush");
        let secrets = Secrets::new("hush").unwrap();
        let body = delivery.body.as_bytes();
        webhook::read(&secrets, webhook::LIMIT, request.headers(), body).unwrap()
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
