//! A request of Slack: its signature, and what a person wants.

mod button;
mod command;
mod form;
mod heard;
mod refusal;
pub mod signature;

#[cfg(test)]
mod tests;

pub use command::USAGE;
pub use heard::Heard;
pub use refusal::Refusal;

use domain::secrets::Secrets;
use jiff::Timestamp;

use self::form::Form;
use self::signature::Headers;

/// The largest body that is read. A press brings the whole message along, which has 50 blocks of
/// 3,000 characters at most.
pub const LIMIT: usize = 512 * 1024;

/// Reads a request: what was heard, or why it is refused.
///
/// `headers` are pairs of name and value, in any case and order; an `&http::HeaderMap` will do.
pub fn read<N, V>(
    secrets: &Secrets,
    now: Timestamp,
    headers: impl IntoIterator<Item = (N, V)>,
    body: &[u8],
) -> Result<Heard, Refusal>
where
    N: AsRef<str>,
    V: AsRef<[u8]>,
{
    if body.len() > LIMIT {
        return Err(Refusal::TooLarge { length: body.len(), limit: LIMIT });
    }
    signature::check(secrets, &Headers::pick(headers), body, now)?;

    let form = Form::read(body)?;
    if form.get("ssl_check") == Some("1") {
        return Ok(Heard::not_for_us("Slack asks whether somebody is at home"));
    }
    match (form.get("payload"), form.get("command")) {
        (Some(payload), _) => button::read(payload),
        (None, Some(_)) => command::read(&form),
        (None, None) => Err(Refusal::unreadable(
            "payload",
            "is missing, and so is `command`: this is neither a button nor a slash command",
        )),
    }
}
