//! The ports kept by AWS, one file per service.
//!
//! Types of the SDK stay inside. Every error of it becomes the [`Failure`](domain::Failure) that a
//! state machine can do something about, and every call is written to the log under the name of the
//! IAM action that allows it. Each service is a feature, so that a function is built with, and needs
//! permission for, no more than its step asks.

#![cfg_attr(
    not(any(
        feature = "cloudwatch",
        feature = "dynamodb",
        feature = "ecs",
        feature = "elbv2",
        feature = "eventbridge",
        feature = "rds",
        feature = "s3",
        feature = "secretsmanager",
        feature = "sfn",
        feature = "sns",
        feature = "ssm",
    )),
    expect(dead_code, unused_imports, unused_macros, reason = "no service is built in")
)]

#[cfg(feature = "cloudwatch")]
mod cloudwatch;
mod config;
#[cfg(feature = "ecs")]
mod ecs;
#[cfg(feature = "elbv2")]
mod elbv2;
mod failure;
mod log;
#[cfg(any(feature = "cloudwatch", feature = "ecs"))]
mod moment;
#[cfg(feature = "rds")]
mod rds;

#[cfg(feature = "cloudwatch")]
pub use cloudwatch::CloudWatch;
pub use config::{Config, config};
#[cfg(feature = "ecs")]
pub use ecs::Ecs;
#[cfg(feature = "elbv2")]
pub use elbv2::Elbv2;
#[cfg(feature = "rds")]
pub use rds::Rds;

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl workflow::ports::Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}
