//! When GitHub wants to be left alone, and until when.
//!
//! Source: <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately>

use domain::Failure;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::http::{Wish, wish};

/// How long we wait where GitHub does not say: "wait for at least one minute".
const UNTOLD: SignedDuration = SignedDuration::from_mins(1);
/// The longest that we believe. The limits of GitHub are by the hour.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// Until when GitHub wants to be left alone, if this answer says that.
///
/// A limit is told by 403 or 429. The former also means that something is not allowed; then neither
/// the headers nor the message speak of a limit.
pub(super) fn until(
    status: StatusCode,
    headers: &HeaderMap,
    message: &str,
    now: Timestamp,
) -> Option<Timestamp> {
    if !matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) {
        return None;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let is_used_up = text("x-ratelimit-remaining") == Some("0");
    let reset = text("x-ratelimit-reset").and_then(|reset| reset.parse().ok());
    let reset = reset.and_then(|reset| Timestamp::from_second(reset).ok());

    let until = match (wish(headers), reset) {
        (Wish::Wait(wait), _) => Some(now.saturating_add(wait).unwrap_or(Timestamp::MAX)),
        (Wish::Unknown, Some(reset)) if is_used_up => Some(reset),
        (Wish::Unknown, _) if is_used_up || message.contains("rate limit") => Some(now + UNTOLD),
        (Wish::Unknown, _) => (status == StatusCode::TOO_MANY_REQUESTS).then(|| now + UNTOLD),
    };
    until.map(|until| until.clamp(now, now + LONGEST))
}

/// What is told to whoever asks meanwhile.
pub(super) fn told(until: Timestamp) -> Failure {
    Failure::Unavailable(format!("GitHub takes no more requests until {until:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    #[test]
    fn a_limit_is_told_from_what_is_not_allowed() {
        let now = Timestamp::from_second(1_000).unwrap();
        let limited = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1500")];
        let left = [("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1500")];
        let far = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "99999999")];
        let past = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "900")];

        for (status, headers, message, until_second) in [
            (403, &limited[..], "API rate limit exceeded", Some(1_500)),
            (429, &limited[..], "", Some(1_500)),
            (403, &[("retry-after", "30")][..], "", Some(1_030)),
            (429, &[("retry-after", "30"), limited[0], limited[1]][..], "", Some(1_030)),
            (403, &left[..], "You have exceeded a secondary rate limit", Some(1_060)),
            (429, &[][..], "", Some(1_060)),
            (403, &left[..], "Resource not accessible by integration", None),
            (403, &far[..], "", Some(4_600)),
            (403, &past[..], "", Some(1_000)),
            (404, &limited[..], "", None),
            (200, &limited[..], "", None),
        ] {
            let headers = headers.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            let status = StatusCode::from_u16(status).unwrap();

            let told = until(status, &headers.collect(), message, now).map(Timestamp::as_second);
            assert_eq!(told, until_second, "{status} {message}");
        }
    }
}
