//! A message that SNS posts: a notification, or that somebody subscribed us.

use domain::seconds::Seconds;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Topic, signature};
use crate::webhook::{self, Told};
use crate::{Refusal, decode};

/// How old a message may be. SNS tries for a few minutes; who repeats one later means no good, or
/// tells of alerts that are over.
const OLDEST: Seconds = Seconds(3600);

/// How far its clock may be ahead of ours.
const AHEAD: Seconds = Seconds(300);

/// The version of signatures that are believed: RSA with SHA-256. Version 1 has SHA-1.
const VERSION: &str = "2";

/// A message, of which nothing is believed yet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message {
    r#type: Kind,
    #[serde(rename = "MessageId")]
    id: String,
    topic_arn: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(rename = "Message")]
    text: String,
    timestamp: Timestamp,
    /// The same, as it was signed.
    #[serde(skip)]
    stamped: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(default, rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    #[serde(default)]
    token: Option<String>,
}

/// The moment as a text, which the signature is about.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stamped {
    timestamp: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

/// What a message says that SNS signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Alerts.
    Alerts(Told),
    /// The topic is to tell us: that is confirmed by asking for this address.
    Confirm(String),
    /// The topic tells us nothing any more.
    Unsubscribed,
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// A [`Refusal`] of what is too large, or no message of SNS.
    pub fn read(limit: usize, body: &[u8]) -> Result<Self, Refusal> {
        if body.len() > limit {
            return Err(Refusal::TooLarge { length: body.len(), limit });
        }
        let message: Self = decode(body)?;
        let Stamped { timestamp } = decode(body)?;
        Ok(Self { stamped: timestamp, ..message })
    }

    /// Where the certificate is by which it is signed.
    ///
    /// # Errors
    /// A [`Refusal`] of what is not of `topic`, is signed in another way than we believe, or has its
    /// certificate elsewhere than at SNS.
    pub fn certificate(&self, topic: &Topic) -> Result<&str, Refusal> {
        if !topic.is(&self.topic_arn) {
            return Err(Refusal::Foreign);
        }
        if self.signature_version != VERSION {
            let problem = format!(
                "is {:?}: set the topic's attribute SignatureVersion to {VERSION}",
                self.signature_version
            );
            return Err(Refusal::unreadable("SignatureVersion", problem));
        }
        match topic.keeps_certificate(&self.signing_cert_url) {
            true => Ok(&self.signing_cert_url),
            false => {
                let problem = format!(
                    "is {:?}, and not like https://{}/SimpleNotificationService-0a1b2c.pem",
                    self.signing_cert_url,
                    topic.host()
                );
                Err(Refusal::unreadable("SigningCertURL", problem))
            }
        }
    }

    /// What it says, if SNS signed it.
    ///
    /// # Errors
    /// A [`Refusal`] of what is not signed by `certificate`, is too old, or says nothing that we know.
    pub fn heard(
        &self,
        topic: &Topic,
        certificate: &[u8],
        now: Timestamp,
    ) -> Result<Heard, Refusal> {
        signature::check(&self.signed()?, &self.signature, certificate)?;
        let early = Seconds::between(now, self.timestamp) > AHEAD;
        if early || Seconds::between(self.timestamp, now) > OLDEST {
            return Err(Refusal::Stale { at: self.timestamp });
        }

        match self.r#type {
            Kind::Notification => webhook::told(self.text.as_bytes())
                .map(Heard::Alerts)
                .map_err(|refusal| refusal.within("Message")),
            Kind::SubscriptionConfirmation => {
                at_sns(topic, "SubscribeURL", field("SubscribeURL", self.subscribe_url.as_deref())?)
                    .map(|address| Heard::Confirm(address.to_owned()))
            }
            Kind::UnsubscribeConfirmation => Ok(Heard::Unsubscribed),
        }
    }

    /// The text that is signed: some of its fields, each with its name, a line each.
    fn signed(&self) -> Result<String, Refusal> {
        let subject = self.subject.as_deref().map(|subject| ("Subject", subject));
        let fields: Vec<(&str, &str)> = match self.r#type {
            Kind::Notification => [("Message", &*self.text), ("MessageId", &self.id)]
                .into_iter()
                .chain(subject)
                .chain([
                    ("Timestamp", &*self.stamped),
                    ("TopicArn", &self.topic_arn),
                    ("Type", "Notification"),
                ])
                .collect(),
            kind => vec![
                ("Message", &self.text),
                ("MessageId", &self.id),
                ("SubscribeURL", field("SubscribeURL", self.subscribe_url.as_deref())?),
                ("Timestamp", &self.stamped),
                ("Token", field("Token", self.token.as_deref())?),
                ("TopicArn", &self.topic_arn),
                ("Type", kind.name()),
            ],
        };
        Ok(fields.iter().flat_map(|(name, value)| [*name, "\n", *value, "\n"]).collect())
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

fn field<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, Refusal> {
    value.ok_or_else(|| Refusal::unreadable(name, "is missing"))
}

/// An address, if it is one of the topic's SNS.
fn at_sns<'a>(topic: &Topic, field: &str, address: &'a str) -> Result<&'a str, Refusal> {
    match topic.keeps(address) {
        true => Ok(address),
        false => {
            let problem = format!("is {address:?}, and not at https://{}/", topic.host());
            Err(Refusal::unreadable(field, problem))
        }
    }
}
