//! What any client of HTTP here makes of an answer.

use std::time::Duration;

use domain::Failure;
use jiff::fmt::rfc2822;
use reqwest::Response;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Reads a body that may not be longer than `limit`.
pub(crate) async fn read(
    whom: &str,
    mut answer: Response,
    limit: usize,
) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= limit => body.extend_from_slice(&chunk),
            Ok(Some(_)) => {
                let what = format!("the answer of {whom} is longer than {limit} bytes");
                return Err(Failure::Unavailable(what));
            }
            Ok(None) => return Ok(body),
            Err(error) => {
                let what = format!("the answer of {whom} broke off: {}", outbound::cause(&error));
                return Err(Failure::Unavailable(what));
            }
        }
    }
}

/// When we may ask again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// After this long.
    Wait(Duration),
    /// Nobody said.
    Unknown,
}

/// Reads `Retry-After`, in seconds or as a date, which is taken against the date of the answer: the
/// clocks here and there need not agree.
///
/// Source: RFC 9110, section 10.2.3.
pub(crate) fn wish(headers: &HeaderMap) -> Wish {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let date = |text: Option<&str>| {
        rfc2822::DateTimeParser::new().parse_timestamp(text.unwrap_or_default()).ok()
    };
    let after = text(RETRY_AFTER);
    if let Some(seconds) = after.and_then(|after| after.parse().ok()) {
        return Wish::Wait(Duration::from_secs(seconds));
    }
    match (date(after), date(text(DATE))) {
        (Some(then), Some(now)) => {
            let wait = then.duration_since(now).as_secs();
            Wish::Wait(Duration::from_secs(u64::try_from(wait).unwrap_or_default()))
        }
        _ => Wish::Unknown,
    }
}

/// An error message is no place for a long text of others.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(120) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(after: &str, date: &str) -> HeaderMap {
        let value = |text: &str| text.parse().expect("a value");
        HeaderMap::from_iter([(RETRY_AFTER, value(after)), (DATE, value(date))])
    }

    #[test]
    fn a_wish_is_read_in_seconds_or_as_a_date() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (after, wait) in [
            ("3", 3),
            ("Sun, 06 Nov 1994 08:49:40 GMT", 3),
            ("Sun, 06 Nov 1994 09:49:37 GMT", 3600),
            ("Sun, 06 Nov 1994 07:49:37 GMT", 0),
        ] {
            assert_eq!(
                wish(&headers(after, now)),
                Wish::Wait(Duration::from_secs(wait)),
                "{after}"
            );
        }
        for after in ["soon", "-1", "", "99999999999999999999999"] {
            assert_eq!(wish(&headers(after, now)), Wish::Unknown, "{after}");
        }
    }
}
