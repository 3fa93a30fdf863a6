//! The ports kept by AWS, one file per service.
//!
//! Types of the SDK stay inside. Every error of it becomes the [`Failure`](domain::Failure) that a
//! state machine can do something about, and every call is written to the log under the name of the
//! IAM action that allows it. Each service is a feature, so that a function is built with, and needs
//! permission for, no more than its step asks.

#![cfg_attr(
    not(any(
        feature = "cloudwatch",
        feature = "cloudwatchlogs",
        feature = "dynamodb",
        feature = "ecs",
        feature = "elbv2",
        feature = "eventbridge",
        feature = "iam",
        feature = "rds",
        feature = "s3",
        feature = "secretsmanager",
        feature = "sfn",
        feature = "sns",
        feature = "ssm",
    )),
    expect(dead_code, unused_imports, unused_macros, reason = "no service is built in")
)]

mod addresses;
#[cfg(feature = "cloudwatch")]
mod cloudwatch;
#[cfg(feature = "cloudwatchlogs")]
mod cloudwatchlogs;
mod config;
#[cfg(feature = "ecs")]
mod ecs;
#[cfg(feature = "elbv2")]
mod elbv2;
mod emf;
mod failure;
mod http;
#[cfg(feature = "iam")]
mod iam;
#[cfg(feature = "listener")]
mod listener;
mod log;
mod log_address;
#[cfg(any(feature = "cloudwatch", feature = "ecs", feature = "sfn"))]
mod moment;
#[cfg(feature = "listener")]
mod prometheus;
#[cfg(feature = "rds")]
mod rds;

#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "eventbridge")]
mod eventbridge;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "secretsmanager")]
mod secretsmanager;
#[cfg(feature = "sfn")]
mod sfn;
#[cfg(feature = "sns")]
mod sns;
#[cfg(feature = "ssm")]
mod ssm;
#[cfg(all(feature = "secretsmanager", feature = "ssm"))]
mod vault;

pub use addresses::Addresses;
#[cfg(feature = "cloudwatch")]
pub use cloudwatch::CloudWatch;
#[cfg(feature = "cloudwatchlogs")]
pub use cloudwatchlogs::CloudWatchLogs;
pub use config::Config;
#[cfg(feature = "ecs")]
pub use ecs::Ecs;
#[cfg(feature = "elbv2")]
pub use elbv2::Elbv2;
pub use emf::Emf;
#[cfg(feature = "iam")]
pub use iam::Iam;
#[cfg(feature = "listener")]
pub use listener::TestListener;
pub use log_address::log_address;
#[cfg(feature = "listener")]
pub use prometheus::PrometheusServers;
#[cfg(feature = "rds")]
pub use rds::Rds;

#[cfg(feature = "dynamodb")]
pub use dynamodb::DynamoDb;
#[cfg(feature = "eventbridge")]
pub use eventbridge::EventBridge;
#[cfg(feature = "s3")]
pub use s3::S3;
#[cfg(feature = "secretsmanager")]
pub use secretsmanager::SecretsManager;
#[cfg(feature = "sfn")]
pub use sfn::{Started, StateMachine, StepFunctions};
#[cfg(feature = "sns")]
pub use sns::Sns;
#[cfg(feature = "ssm")]
pub use ssm::Ssm;
#[cfg(all(feature = "secretsmanager", feature = "ssm"))]
pub use vault::Vault;

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl workflow::ports::Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    async fn until(&self, moment: jiff::Timestamp) {
        let left = moment.duration_since(jiff::Timestamp::now());
        tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    }
}
