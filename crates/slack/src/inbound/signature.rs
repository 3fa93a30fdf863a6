//! `X-Slack-Signature`: that a body comes from someone who knows the secret, and just now
//! (<https://docs.slack.dev/authentication/verifying-requests-from-slack>).

use domain::secrets::Secrets;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::Refusal;

/// How far from now a request may have been signed, in seconds. Source: the page above.
const FRESH: u64 = 300;

/// The headers that matter. Values that are not text count as missing.
#[derive(Debug, Default)]
pub(super) struct Headers {
    signature: Option<String>,
    timestamp: Option<String>,
}

impl Headers {
    pub(super) fn pick<N, V>(headers: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let mut picked = Self::default();
        for (name, value) in headers {
            let place = match name.as_ref().to_ascii_lowercase().as_str() {
                "x-slack-signature" => &mut picked.signature,
                "x-slack-request-timestamp" => &mut picked.timestamp,
                _ => continue,
            };
            *place = str::from_utf8(value.as_ref()).ok().map(|value| value.trim().to_owned());
        }
        picked
    }
}

/// Checks the headers against the raw bytes of the body, in constant time.
///
/// It comes before any parsing: whoever does not know the secret gets at nothing but this. That a
/// moment is not of now is told only to whoever signed it.
pub(super) fn check(
    secrets: &Secrets,
    headers: &Headers,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Refusal> {
    let (Some(header), Some(moment)) = (&headers.signature, &headers.timestamp) else {
        return Err(Refusal::Unsigned);
    };
    let signature = header.strip_prefix("v0=").and_then(|digits| hex::decode(digits).ok());
    let signature = signature.ok_or(Refusal::Forged)?;
    if !secrets.each().any(|key| mac(key, moment, body).verify_slice(&signature).is_ok()) {
        return Err(Refusal::Forged);
    }

    let second: i64 = moment
        .parse()
        .map_err(|_| Refusal::unreadable("X-Slack-Request-Timestamp", "is no number of seconds"))?;
    match now.as_second().abs_diff(second) {
        0..=FRESH => Ok(()),
        seconds => Err(Refusal::Stale { seconds, most: FRESH }),
    }
}

/// The headers that Slack would send with a body at this moment: the signature and its timestamp.
pub fn sign(key: &str, now: Timestamp, body: &[u8]) -> [(&'static str, String); 2] {
    let moment = now.as_second().to_string();
    let digits = hex::encode(mac(key.as_bytes(), &moment, body).finalize().into_bytes());
    [("x-slack-signature", format!("v0={digits}")), ("x-slack-request-timestamp", moment)]
}

fn mac(key: &[u8], moment: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in [b"v0:", moment.as_bytes(), b":", body] {
        mac.update(part);
    }
    mac
}
