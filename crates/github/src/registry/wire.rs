//! Requests to a registry or a realm, and what may go wrong with any of them.

use std::error::Error;
use std::time::Duration;

use domain::Failure;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, Url};

use super::realm::shortened;

/// How long we wait for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a connection to be made.
    pub(super) connect: Duration,
    /// For the whole answer to one question, with tokens, second tries and waits.
    pub(super) whole: Duration,
    /// At a registry's wish, when we asked too much.
    pub(super) wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            whole: Duration::from_secs(10),
            wait: Duration::from_secs(5),
        }
    }
}

/// Between two tries of a connection that failed.
const PAUSE: Duration = Duration::from_millis(200);

/// The client, or why there is none.
#[derive(Debug)]
pub(super) struct Wire {
    client: Result<Client, String>,
    pub(super) patience: Patience,
}

impl Wire {
    /// A client made from `builder`. That it cannot be made is told to whoever asks.
    pub(super) fn new(builder: ClientBuilder, patience: Patience) -> Self {
        let client = builder
            .connect_timeout(patience.connect)
            // Who follows is led, with what it carries, to where a registry's answer says.
            .redirect(Policy::none())
            .user_agent(concat!("cutover/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| cause(&error));
        Self { client, patience }
    }

    /// Sends a request to `whom`, a second time if the connection failed, and once more if we are
    /// asked to wait for a moment. What comes back is a word of theirs, good or bad; what may pass
    /// is [`Failure::Unavailable`].
    pub(super) async fn send(
        &self,
        whom: &str,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let client = self.client.as_ref().map_err(|error| {
            Failure::Unavailable(format!("could not ask {whom}: no client of HTTP: {error}"))
        })?;
        let (mut failed, mut waited) = (false, false);
        loop {
            let answer = match request(client).send().await {
                Ok(answer) => answer,
                // Nothing that we send changes anything, so it may be sent twice.
                Err(error) if !failed && !error.is_builder() => {
                    tracing::debug!(error = cause(&error), "could not reach {whom}, trying again");
                    failed = true;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => {
                    let cause = cause(&error);
                    return Err(Failure::Unavailable(format!("could not reach {whom}: {cause}")));
                }
            };
            match answer.status() {
                StatusCode::TOO_MANY_REQUESTS => match wish(answer.headers()) {
                    Wish::Wait(wait) if !waited && wait <= self.patience.wait => {
                        waited = true;
                        tokio::time::sleep(wait).await;
                    }
                    wish => return Err(too_much(whom, &wish)),
                },
                status if status.is_redirection() => return Err(sent_on(whom, &answer)),
                status if status.is_server_error() => {
                    return Err(Failure::Unavailable(format!("{whom} answered {status}")));
                }
                _ => return Ok(answer),
            }
        }
    }
}

/// Reads a body that may not be longer than `limit`.
pub(super) async fn read(
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
                let what = format!("the answer of {whom} broke off: {}", cause(&error));
                return Err(Failure::Unavailable(what));
            }
        }
    }
}

/// When we may ask again.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    /// After this long.
    Wait(Duration),
    /// Nobody said.
    Unknown,
}

/// Reads `Retry-After`, in seconds or as a date, which is taken against the date of the answer: the
/// clocks here and there need not agree.
///
/// Source: RFC 9110, section 10.2.3.
fn wish(headers: &HeaderMap) -> Wish {
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

fn too_much(whom: &str, wish: &Wish) -> Failure {
    Failure::Unavailable(match wish {
        Wish::Wait(wait) => {
            format!("{whom} takes no more requests for the next {} s", wait.as_secs())
        }
        Wish::Unknown => format!("{whom} takes no more requests, and does not say until when"),
    })
}

fn sent_on(whom: &str, answer: &Response) -> Failure {
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| answer.url().join(location).ok());
    let host = target.as_ref().and_then(Url::host_str).unwrap_or("nowhere in particular");
    Failure::Unavailable(format!(
        "{whom} answered {} and sends us on to {}, which is not followed: if the image is there, name that registry",
        answer.status(),
        shortened(host)
    ))
}

/// The innermost cause of an error, which is the one that tells: those around it say "error sending
/// request" and repeat the address.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
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
