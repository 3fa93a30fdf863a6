//! What a service is told by its environment.

mod places;
mod reader;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tracing::Level;

pub use places::{CachePlace, DatabasePlace, Places, RedisPlace};
use reader::Reader;

/// What a service is told by its environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// `PORT`: where to listen; 0 for any free port.
    pub port: u16,
    /// `BIND`: the address to listen on; this machine only if none is given.
    pub bind: Option<IpAddr>,
    /// `CUTOVER_IMAGE`: the image this task runs, by digest.
    pub image: Option<String>,
    /// `START_DELAY_MS`: how long to wait before listening.
    pub start_delay: Duration,
    /// `SLOW_MS`: how long every production request takes at least.
    pub slow: Duration,
    /// `FAIL_HEALTH`: never be healthy.
    pub fail_health: bool,
    /// `FAIL_SMOKE`: answer `GET /smoke` with 500.
    pub fail_smoke: bool,
    /// `FAIL_RATE`: the share of production requests to answer with 500, from 0 to 1.
    pub fail_rate: f64,
    /// `FAIL_AFTER_SECONDS`: when to crash, counted from when it listens.
    pub fail_after: Option<Duration>,
    /// `LOG_LEVEL`: the least that is logged; `info` if nothing is said.
    pub log: Option<Level>,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces are sent to, if anywhere.
    pub collector: Option<String>,
    /// Where its data is.
    pub places: Places,
}

impl Settings {
    /// Reads the settings from the environment of this process.
    pub fn from_env() -> Result<Self, BadSettings> {
        Self::read(environment)
    }

    /// Reads the settings from any source. An empty value counts as none.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, with the name of the variable and what would be right.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BadSettings> {
        let mut reader = Reader::of(variable);

        let port = reader.parsed("PORT", "a port from 0 to 65535");
        if port.is_none() && reader.mistakes.is_empty() {
            reader.mistakes.push("PORT: is missing; give a port from 0 to 65535".to_owned());
        }
        let settings = Self {
            port: port.unwrap_or_default(),
            bind: reader.parsed("BIND", "an address, like 0.0.0.0"),
            image: reader.text("CUTOVER_IMAGE"),
            start_delay: reader.millis("START_DELAY_MS"),
            slow: reader.millis("SLOW_MS"),
            fail_health: reader.switch("FAIL_HEALTH"),
            fail_smoke: reader.switch("FAIL_SMOKE"),
            fail_rate: reader.share("FAIL_RATE"),
            fail_after: reader.seconds("FAIL_AFTER_SECONDS"),
            log: reader.parsed("LOG_LEVEL", "error, warn, info, debug or trace"),
            collector: reader.text("OTEL_EXPORTER_OTLP_ENDPOINT"),
            places: Places::read(&mut reader),
        };

        reader.finish(settings)
    }

    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        let address = self.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        SocketAddr::new(address, self.port)
    }
}

impl Places {
    /// Reads where the data is from the environment of this process: all that a migration needs.
    pub fn from_env() -> Result<Self, BadSettings> {
        let mut reader = Reader::of(environment);
        let places = Self::read(&mut reader);
        reader.finish(places)
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Everything that is wrong with the environment, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSettings(Vec<String>);

impl BadSettings {
    /// What is wrong with one variable.
    #[cfg(feature = "traces")]
    pub(crate) fn one(name: &str, what: impl fmt::Display) -> Self {
        Self(vec![format!("{name}: {what}")])
    }
}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for BadSettings {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let find = |name: &str| variables.iter().find(|(variable, _)| *variable == name);
        Settings::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_port_is_all_that_is_needed() {
        assert_eq!(read(&[("PORT", "80")]), Ok(Settings { port: 80, ..Settings::default() }));
        assert_eq!(read(&[("PORT", "80")]).unwrap().address().to_string(), "127.0.0.1:80");
        assert_eq!(read(&[]), Err("PORT: is missing; give a port from 0 to 65535".to_owned()));
    }

    #[test]
    fn every_setting_is_read() {
        let settings = read(&[
            ("PORT", "0"),
            ("BIND", "0.0.0.0"),
            ("CUTOVER_IMAGE", "ghcr.io/acme/checkout@sha256:1"),
            ("START_DELAY_MS", "10"),
            ("SLOW_MS", "200"),
            ("FAIL_HEALTH", "1"),
            ("FAIL_SMOKE", "true"),
            ("FAIL_RATE", "0.2"),
            ("FAIL_AFTER_SECONDS", "1.5"),
            ("LOG_LEVEL", "debug"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"),
            ("DATABASE_URL", "sqlite:shop.db"),
        ]);

        assert_eq!(
            settings,
            Ok(Settings {
                port: 0,
                bind: Some(IpAddr::from([0, 0, 0, 0])),
                image: Some("ghcr.io/acme/checkout@sha256:1".to_owned()),
                start_delay: Duration::from_millis(10),
                slow: Duration::from_millis(200),
                fail_health: true,
                fail_smoke: true,
                fail_rate: 0.2,
                fail_after: Some(Duration::from_millis(1_500)),
                log: Some(Level::DEBUG),
                collector: Some("http://127.0.0.1:4318".to_owned()),
                places: Places {
                    database: DatabasePlace::File("shop.db".into()),
                    ..Places::default()
                },
            })
        );
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let error = read(&[
            ("PORT", "65536"),
            ("BIND", "everywhere"),
            ("START_DELAY_MS", "1s"),
            ("SLOW_MS", "-1"),
            ("FAIL_HEALTH", "yes"),
            ("FAIL_SMOKE", ""),
            ("FAIL_RATE", "20"),
            ("FAIL_AFTER_SECONDS", "-1"),
            ("LOG_LEVEL", "loud"),
            ("DATABASE_URL", "mysql://root:secret@db/shop"),
            ("CACHE_URL", "cache:6379"),
        ])
        .unwrap_err();

        assert_eq!(
            error.lines().collect::<Vec<_>>(),
            [
                "PORT: `65536` is not understood; give a port from 0 to 65535",
                "BIND: `everywhere` is not understood; give an address, like 0.0.0.0",
                "START_DELAY_MS: `1s` is not understood; give a whole number of milliseconds",
                "SLOW_MS: `-1` is not understood; give a whole number of milliseconds",
                "FAIL_HEALTH: `yes` is not understood; give 1 to fail, or 0",
                "FAIL_RATE: `20` is not understood; give a share from 0 to 1, like 0.2",
                "FAIL_AFTER_SECONDS: `-1` is not understood; give a number of seconds, like 5 or 0.5",
                "LOG_LEVEL: `loud` is not understood; give error, warn, info, debug or trace",
                "DATABASE_URL: is not understood; give postgres://host/name or sqlite:FILE",
                "CACHE_URL: is not understood; give redis://host or, for TLS, rediss://host",
            ]
        );
        assert!(read(&[("PORT", "1"), ("FAIL_RATE", "NaN")]).is_err());
    }
}
