//! A request of Slack: its signature, what a person wants, and what is said to them.

mod button;
mod command;
mod form;
mod heard;
mod refusal;
mod reply;
pub mod signature;

#[cfg(test)]
mod tests;

pub use command::USAGE;
pub use heard::Heard;
pub use refusal::Refusal;
pub use reply::{reply, usage};

use std::time::Duration;

use domain::secrets::Secrets;
use jiff::Timestamp;

use self::form::Form;
use self::signature::Headers;

/// The largest body that is read. A press brings the whole message along, which has 50 blocks of
/// 3,000 characters at most.
pub const LIMIT: usize = 512 * 1024;

/// How long doing something may take: Slack shows whoever asked an error when it has no answer
/// after three seconds, and an answer has to be sent too.
pub const PATIENCE: Duration = Duration::from_millis(2_300);

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
