//! GitHub, which tells of an image that was pushed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What both sides know.
pub(crate) const SECRET: &str = "a-secret-that-only-github-knows";

/// What GitHub sends, of another image.
const SAMPLE: &str = include_str!("../../../events/samples/github/package-published.json");
/// The owner, tag and digest in it.
const IN_SAMPLE: [&str; 3] = [
    "octo-shop",
    "v1.4.0",
    "sha256:09701a1e04c749a19993c1c13e4df2de5ef7bf1928d5b6972d1f5c2f6b558f7a",
];

/// An image that was pushed.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    pub(crate) owner: String,
    pub(crate) tag: String,
    pub(crate) digest: String,
}

impl Push {
    /// The body of the webhook.
    fn body(&self) -> String {
        let ours = [&self.owner, &self.tag, &self.digest];
        IN_SAMPLE.iter().zip(ours).fold(SAMPLE.to_owned(), |body, (theirs, ours)| {
            assert!(body.contains(theirs), "the sample has no {theirs}");
            body.replace(theirs, ours)
        })
    }

    /// Delivers it, signed with `secret`, and answers the status that GitHub sees.
    pub(crate) async fn deliver(&self, url: &str, secret: &str) -> u16 {
        let body = self.body();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
        mac.update(body.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let delivered = outbound::http()
            .build()
            .expect("a client")
            .post(url)
            .header("content-type", "application/json")
            .header("user-agent", "GitHub-Hookshot/760256b")
            .header("x-github-event", "package")
            .header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
            .header("x-hub-signature-256", format!("sha256={signature}"))
            .body(body)
            .send()
            .await;
        delivered.expect("an answer to the webhook").status().as_u16()
    }
}
