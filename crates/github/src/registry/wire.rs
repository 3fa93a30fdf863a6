//! Requests to a registry or a realm, and what may go wrong with any of them.

use std::time::Duration;

use domain::Failure;
use reqwest::header::LOCATION;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, Url};

use crate::http::{Wish, shortened, wish};

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
            .build()
            .map_err(|error| outbound::cause(&error));
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
                    tracing::debug!(
                        error = outbound::cause(&error),
                        "could not reach {whom}, trying again"
                    );
                    failed = true;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => {
                    let cause = outbound::cause(&error);
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
