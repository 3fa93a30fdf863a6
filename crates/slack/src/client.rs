//! The client of Slack: a bot with a token, or an incoming webhook as the simple way.

use std::fmt;
use std::time::Duration;

use domain::Failure;
use domain::telling::{Message, Telling};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use workflow::ports::{Chat, Said};

use crate::answer;
use crate::blocks::{self, Offer};

/// Where Slack's methods are.
const SLACK: &str = "https://slack.com/api";

/// How long Slack may take to be reached, and to answer. A step has 50 seconds for all it does.
const CONNECT: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(10);

/// A client of Slack.
pub struct Slack {
    client: Client,
    way: Way,
    offer: Offer,
}

/// How it speaks.
enum Way {
    /// As a bot: messages are changed, and have a thread.
    Bot { base: String, token: String },
    /// Into the one channel that the address is for, whatever channel a document names. What was
    /// said cannot be changed and has no thread, so only what calls people and what ended is said,
    /// each in a message of its own.
    Webhook { address: String },
}

impl Slack {
    /// A client that speaks by `secret`: a bot's token (`xoxb-…`), or the address of an incoming
    /// webhook.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is neither.
    pub fn new(secret: &str) -> Result<Self, Failure> {
        let secret = secret.trim();
        let way = match secret {
            _ if secret.starts_with("xoxb-") => {
                Way::Bot { base: SLACK.to_owned(), token: secret.to_owned() }
            }
            _ if secret.starts_with("https://") => Way::Webhook { address: secret.to_owned() },
            _ => {
                let why = "Slack needs a bot's token (xoxb-…) or the address of an incoming webhook (https://hooks.slack.com/…)";
                return Err(Failure::Invalid(why.into()));
            }
        };
        Self::by(way)
    }

    /// The same, for a Slack whose methods are at `base`.
    pub fn at(base: &str, token: &str) -> Result<Self, Failure> {
        Self::by(Way::Bot { base: base.trim_end_matches('/').into(), token: token.into() })
    }

    /// The same, for an incoming webhook at any address.
    pub fn webhook(address: &str) -> Result<Self, Failure> {
        Self::by(Way::Webhook { address: address.into() })
    }

    /// The same with buttons, which a door of ours has to answer. A webhook has none.
    #[must_use]
    pub fn with_buttons(self) -> Self {
        Self { offer: Offer::Buttons, ..self }
    }

    fn by(way: Way) -> Result<Self, Failure> {
        let client = http()?;
        Ok(Self { client, way, offer: Offer::default() })
    }

    /// Calls a method of Slack.
    async fn call(&self, method: &str, what: &str, body: &Value) -> Result<Said, Failure> {
        let Way::Bot { base, token } = &self.way else { return Ok(Said::Gone) };
        tracing::debug!(call = "slack:method", "asked {method}");
        let request = self.client.post(format!("{base}/{method}")).bearer_auth(token);
        let (status, retry_after, body) = send(what, request, body).await?;
        answer::read(what, status, retry_after.as_deref(), &body)
    }

    /// Says something by an incoming webhook. There is no name to change it by.
    async fn drop_in(&self, address: &str, what: &str, body: &Value) -> Result<Said, Failure> {
        tracing::debug!(call = "slack:webhook", "asked an incoming webhook");
        let (status, retry_after, body) = send(what, self.client.post(address), body).await?;
        match status {
            200 => Ok(Said::As("webhook".into())),
            429 => Ok(Said::NotBefore(answer::later(retry_after.as_deref()))),
            400..500 => {
                let why: String = body.chars().take(100).collect();
                Err(Failure::Refused(format!("could not {what}: {status} {why}")))
            }
            _ => Err(Failure::Unavailable(format!("could not {what}: Slack answered {status}"))),
        }
    }
}

/// What speaks HTTP to Slack.
pub(crate) fn http() -> Result<Client, Failure> {
    let client = outbound::http().connect_timeout(CONNECT).timeout(WHOLE).build();
    client.map_err(|error| Failure::Invalid(format!("no client of Slack: {error}")))
}

/// Sends a request, and answers its status, when to come back, and its body. No message has the
/// address in it, which for a webhook is the secret.
pub(crate) async fn send(
    what: &str,
    request: RequestBuilder,
    body: &Value,
) -> Result<(u16, Option<String>, String), Failure> {
    let lost = |error: reqwest::Error| {
        Failure::Unavailable(format!("could not {what}: {}", outbound::cause(&error)))
    };
    let answer = request.json(body).send().await.map_err(lost)?;
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok());
    let retry_after = retry_after.map(str::to_owned);
    Ok((status, retry_after, answer.text().await.map_err(lost)?))
}

impl Chat for Slack {
    async fn say(
        &self,
        channel: &str,
        telling: &Telling,
        message: &Message,
    ) -> Result<Said, Failure> {
        let what = format!("tell {channel} of {}", telling.title);
        if let Way::Webhook { address } = &self.way {
            let worth = telling.calls() || telling.end().is_some();
            return match message {
                Message::First | Message::Changed(_) if worth => {
                    self.drop_in(address, &what, &blocks::message(telling, Offer::Commands)).await
                }
                Message::First | Message::Changed(_) | Message::Below(..) => {
                    Ok(Said::As("webhook".into()))
                }
            };
        }
        let mut body = match message {
            Message::First | Message::Changed(_) => blocks::message(telling, self.offer),
            Message::Below(_, lines) => blocks::below(lines),
        };
        body["channel"] = json!(channel);
        match message {
            Message::First => {
                body["unfurl_links"] = json!(false);
                body["unfurl_media"] = json!(false);
                self.call("chat.postMessage", &what, &body).await
            }
            Message::Changed(ts) => {
                body["ts"] = json!(ts);
                self.call("chat.update", &what, &body).await
            }
            Message::Below(ts, _) => {
                body["thread_ts"] = json!(ts);
                // A message that is changed calls nobody; this does.
                body["reply_broadcast"] = json!(telling.calls());
                self.call("chat.postMessage", &what, &body).await
            }
        }
    }
}

impl fmt::Debug for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match &self.way {
            Way::Bot { base, .. } => base,
            Way::Webhook { .. } => "an incoming webhook",
        };
        write!(f, "Slack({way})")
    }
}
