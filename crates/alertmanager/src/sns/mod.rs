//! Alerts of Amazon Managed Prometheus, which tells them to a topic of SNS, which posts them here.
//!
//! Its alert manager knows no webhook. A receiver's template has it write the JSON that a webhook
//! would get (`infra/observability`), and SNS wraps that into a message of its own, signed.
//!
//! Source: <https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html>.

mod message;
mod signature;
mod topic;

#[cfg(test)]
mod tests;

pub use message::{Heard, Message};
pub use topic::{NoTopic, Topic};
