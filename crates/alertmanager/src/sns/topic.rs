//! The topic that may tell us, and which addresses are SNS's own.

use std::fmt;
use std::str::FromStr;

/// The ARN of a topic, and the host at which SNS answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    arn: String,
    host: String,
}

impl Topic {
    /// Whether an address is of the SNS of this topic's region, by TLS: where a subscription is
    /// confirmed.
    pub(super) fn keeps(&self, address: &str) -> bool {
        let rest = address.strip_prefix("https://").and_then(|it| it.strip_prefix(&self.host));
        rest.is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether an address is that of a certificate of SNS. At its host alone there is more: an answer
    /// of its API may repeat what somebody asked, and so a certificate of theirs.
    pub(super) fn keeps_certificate(&self, address: &str) -> bool {
        let path = address.strip_prefix("https://").and_then(|it| it.strip_prefix(&self.host));
        let name = path
            .and_then(|path| path.strip_prefix("/SimpleNotificationService-"))
            .and_then(|name| name.strip_suffix(".pem"));
        name.is_some_and(|name| {
            !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric())
        })
    }

    /// Where SNS answers for it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether a message is about it.
    pub(super) fn is(&self, arn: &str) -> bool {
        self.arn == arn
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

/// A text that names no topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no topic; write its ARN, arn:aws:sns:eu-central-1:123456789012:alerts")]
pub struct NoTopic(String);

impl FromStr for Topic {
    type Err = NoTopic;

    fn from_str(arn: &str) -> Result<Self, NoTopic> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts[..] else {
            return Err(NoTopic(arn.to_owned()));
        };
        let plain = |text: &str| {
            !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
        };
        if !(plain(region) && plain(account)) || name.is_empty() {
            return Err(NoTopic(arn.to_owned()));
        }
        let domain = match partition {
            "aws" | "aws-us-gov" => "amazonaws.com",
            "aws-cn" => "amazonaws.com.cn",
            _ => return Err(NoTopic(arn.to_owned())),
        };
        Ok(Self { arn: arn.to_owned(), host: format!("sns.{region}.{domain}") })
    }
}
