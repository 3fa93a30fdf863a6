//! How a service stands on this machine.

use http::Uri;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// A service and its listeners. Durations are written as `500ms`, `5s`, `1m 30s`; the defaults are
/// quick, as everything is on one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceSettings {
    /// The ECS service's name. In the configuration of `cutover local` the service document says it.
    #[serde(default)]
    pub name: String,
    /// Where clients connect. Port 0 is any free one.
    #[serde(default = "any_port")]
    #[schemars(with = "String")]
    pub production_listener: SocketAddr,
    /// Where the checks look at green before clients do. Port 0 is any free one.
    #[serde(default = "any_port")]
    #[schemars(with = "String")]
    pub test_listener: SocketAddr,
    /// When a task counts as healthy.
    #[serde(default)]
    pub health: HealthCheck,
    /// How long a task that gets no new requests may take to finish those it has.
    #[serde(default = "seconds::<10>", with = "duration")]
    #[schemars(with = "String")]
    pub deregistration_delay: Duration,
    /// How long a task may take to end after SIGTERM, before SIGKILL.
    #[serde(default = "seconds::<5>", with = "duration")]
    #[schemars(with = "String")]
    pub stop_timeout: Duration,
    /// How long a task may take to become healthy, before it counts as failed and is replaced.
    #[serde(default = "seconds::<30>", with = "duration")]
    #[schemars(with = "String")]
    pub start_deadline: Duration,
    /// The pause before a task that failed is started again; it doubles with each failure.
    #[serde(default = "millis::<250>", with = "duration")]
    #[schemars(with = "String")]
    pub restart_pause: Duration,
    /// What the pause grows to at most.
    #[serde(default = "seconds::<30>", with = "duration")]
    #[schemars(with = "String")]
    pub longest_restart_pause: Duration,
    /// How long a client or a task may be silent in the middle of a request.
    #[serde(default = "seconds::<60>", with = "duration")]
    #[schemars(with = "String")]
    pub idle_timeout: Duration,
}

/// How the health of a task is found out: by `GET` of a path, answered with 200 to 299.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HealthCheck {
    /// The path: `/healthz`.
    pub path: String,
    /// The time between two checks.
    #[serde(with = "duration")]
    #[schemars(with = "String")]
    pub interval: Duration,
    /// How long one check waits for an answer.
    #[serde(with = "duration")]
    #[schemars(with = "String")]
    pub timeout: Duration,
    /// After how many good checks in a row a task is healthy.
    #[schemars(range(min = 1))]
    pub healthy_threshold: u32,
    /// After how many bad checks in a row a healthy task is unhealthy.
    #[schemars(range(min = 1))]
    pub unhealthy_threshold: u32,
    /// How long after a task's start bad checks do not count.
    #[serde(with = "duration")]
    #[schemars(with = "String")]
    pub grace: Duration,
}

impl ServiceSettings {
    /// A service of this name with free loopback ports and every default.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            production_listener: any_port(),
            test_listener: any_port(),
            health: HealthCheck::default(),
            deregistration_delay: seconds::<10>(),
            stop_timeout: seconds::<5>(),
            start_deadline: seconds::<30>(),
            restart_pause: millis::<250>(),
            longest_restart_pause: seconds::<30>(),
            idle_timeout: seconds::<60>(),
        }
    }

    /// The health path, or which field cannot be and why.
    pub(crate) fn check(&self) -> Result<Uri, (&'static str, String)> {
        if self.health.interval < Duration::from_millis(10) {
            return Err(("health.interval", "must be 10ms or more".into()));
        }
        if self.health.timeout.is_zero() {
            return Err(("health.timeout", "must be more than nothing".into()));
        }
        if self.idle_timeout.is_zero() {
            return Err(("idle_timeout", "must be more than nothing".into()));
        }
        if !self.health.path.starts_with('/') {
            return Err(("health.path", format!("`{}` must begin with `/`", self.health.path)));
        }
        let path = self.health.path.parse();
        path.map_err(|error| ("health.path", format!("`{}`: {error}", self.health.path)))
    }
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            path: "/healthz".into(),
            interval: millis::<250>(),
            timeout: seconds::<1>(),
            healthy_threshold: 2,
            unhealthy_threshold: 3,
            grace: Duration::ZERO,
        }
    }
}

fn any_port() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)
}

fn seconds<const N: u64>() -> Duration {
    Duration::from_secs(N)
}

fn millis<const N: u64>() -> Duration {
    Duration::from_millis(N)
}

mod duration {
    pub(super) use jiff::fmt::serde::unsigned_duration::friendly::compact::required::{
        deserialize, serialize,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_enough() {
        let settings: ServiceSettings = serde_json::from_str(r#"{ "name": "checkout" }"#).unwrap();

        assert_eq!(settings, ServiceSettings::named("checkout"));
    }

    #[test]
    fn durations_are_written_as_a_person_writes_them() {
        let settings: ServiceSettings = serde_json::from_str(
            r#"{ "name": "checkout", "stop_timeout": "1m 30s", "health": { "interval": "500ms" } }"#,
        )
        .unwrap();

        assert_eq!(settings.stop_timeout, Duration::from_secs(90));
        assert_eq!(settings.health.interval, Duration::from_millis(500));
        let written = serde_json::to_value(&settings).unwrap();
        assert_eq!(written["stop_timeout"], "1m 30s");
    }

    #[test]
    fn what_cannot_be_is_named() {
        let wrong = |change: fn(&mut ServiceSettings)| {
            let mut settings = ServiceSettings::named("checkout");
            change(&mut settings);
            settings.check().unwrap_err().0
        };

        assert_eq!(wrong(|it| it.health.interval = Duration::ZERO), "health.interval");
        assert_eq!(wrong(|it| it.health.path = "healthz".into()), "health.path");
        assert_eq!(wrong(|it| it.health.path = "/a b".into()), "health.path");
    }
}
