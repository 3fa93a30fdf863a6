//! How every client of ours talks to AWS.

mod environment;
#[cfg(feature = "login")]
mod profile;

use std::time::Duration;

use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

/// What the clients are built from: credentials, region, patience.
#[derive(Debug, Clone)]
pub struct Config(SdkConfig);

/// Tries of one call. The state machines try a step again themselves, and with more patience; these
/// bridge a dropped connection.
const ATTEMPTS: u32 = 3;
/// The longest wait between two tries.
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);
/// The longest that a connection takes to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest that one try takes.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The longest that a call takes, with all its tries: a step of 50 s has room for several.
const CALL: Duration = Duration::from_secs(15);

impl Config {
    /// The region that was found.
    pub fn region(&self) -> Option<&str> {
        self.0.region().map(Region::as_ref)
    }

    /// What a client is built from.
    pub(crate) fn sdk(&self) -> &SdkConfig {
        &self.0
    }
}

impl From<SdkConfig> for Config {
    fn from(config: SdkConfig) -> Self {
        Self(config)
    }
}

/// The version is pinned: what a newer one does otherwise is read before it is taken.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(CALL)
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(LONGEST_BACKOFF)
}

/// Builds the client of one service, with its calls logged: `client!(config, aws_sdk_ecs)`.
macro_rules! client {
    ($config:expr, $sdk:ident) => {
        $sdk::Client::from_conf(
            $sdk::config::Builder::from($config.sdk()).interceptor($crate::log::Log).build(),
        )
    };
}
pub(crate) use client;
