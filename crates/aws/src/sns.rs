//! Letters to people: SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_sns::types::MessageAttributeValue;
use domain::Failure;
use workflow::ports::{Letter, Mailbox};

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// A topic, and all who subscribed to it.
#[derive(Debug, Clone)]
pub struct Sns {
    client: Client,
    topic: String,
}

/// The longest subject. Source: `Publish`, "less than 100 characters long".
const LONGEST_SUBJECT: usize = 99;

impl Sns {
    /// The topic that is called `topic`: an ARN.
    pub fn new(config: &Config, topic: impl Into<String>) -> Self {
        Self { client: client!(config, aws_sdk_sns), topic: topic.into() }
    }
}

impl Mailbox for Sns {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let what = format!("send {:?} to {}", letter.subject, self.topic);
        let subject = subject(&letter.subject);
        let mut publish = self
            .client
            .publish()
            .topic_arn(&self.topic)
            .set_subject((!subject.is_empty()).then_some(subject))
            .message(&letter.text);
        for (name, value) in &letter.attributes {
            let value = attribute(value)
                .map_err(|error| Failure::Invalid(format!("could not {what}: {error}")))?;
            publish = publish.message_attributes(name, value);
        }

        let Err(error) = publish.send().await else { return Ok(()) };
        match error.code() {
            // A letter that is too long, above all. How long it may be is the topic's to say, and
            // nothing of it is cut off.
            Some("InvalidParameter" | "ParameterValueInvalid") => Err(Failure::Invalid(format!(
                "could not {what}: {}",
                error.message().unwrap_or("SNS does not say why")
            ))),
            _ => Err(failure(&what, &error)),
        }
    }
}

fn attribute(value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build()
}

/// A subject as SNS takes it, which refuses the whole letter otherwise: in one line, and without
/// what is not ASCII, which some of its pages allow and others do not.
fn subject(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = line.chars().filter(|c| !c.is_control());
    let ascii: String = plain.map(|c| if c.is_ascii() { c } else { '?' }).collect();
    match ascii.len() <= LONGEST_SUBJECT {
        true => ascii,
        false => format!("{}...", &ascii[..LONGEST_SUBJECT - 3]),
    }
}
