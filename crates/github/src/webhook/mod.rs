//! A webhook delivery: signature, event, and what it says about an image.

mod headers;
mod heard;
mod image;
mod push;
#[cfg(test)]
mod tests;
mod told;
mod wire;

use std::time::Duration;

use domain::secrets::Secrets;

use self::headers::Headers;
pub use self::heard::{Heard, Push};
use crate::{Refusal, signature};

/// The largest body read unless the caller says otherwise: 6 MB.
///
/// GitHub sends up to 25 MB, but a Lambda function URL takes 6 MB
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), and what works on
/// one machine should work on AWS. A package event has about 20 kB.
pub const LIMIT: usize = 6 * 1024 * 1024;

/// How long hearing a delivery may take: GitHub has its answer within 10 seconds, or counts it as
/// failed (<https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks>).
pub const PATIENCE: Duration = Duration::from_secs(8);

/// Reads a delivery: what was heard, or why it is refused.
///
/// `headers` are pairs of name and value, in any case and order; an `&http::HeaderMap` will do.
/// `limit` is how many bytes of body are read, [`LIMIT`] by default.
pub fn read<N, V>(
    secrets: &Secrets,
    limit: usize,
    headers: impl IntoIterator<Item = (N, V)>,
    body: &[u8],
) -> Result<Heard, Refusal>
where
    N: AsRef<str>,
    V: AsRef<[u8]>,
{
    if body.len() > limit {
        return Err(Refusal::TooLarge { length: body.len(), limit });
    }
    let headers = Headers::pick(headers);
    signature::check(secrets, headers.signature.as_deref(), body)?;

    if headers.is_form() {
        return Err(Refusal::Form);
    }
    match headers.event()? {
        "ping" => Ok(Heard::Ping { zen: wire::read::<wire::Ping>(body)?.zen }),
        "package" | "registry_package" => push::read(&headers, &wire::read(body)?),
        other => Ok(Heard::not_for_us(format!("the event {other} tells of no image"))),
    }
}
