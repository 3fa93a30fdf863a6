//! What a service is told by its environment.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

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
}

impl Settings {
    /// Reads the settings from the environment of this process.
    pub fn from_env() -> Result<Self, BadSettings> {
        Self::read(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Reads the settings from any source. An empty value counts as none.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, with the name of the variable and what would be right.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BadSettings> {
        let mut reader = Reader { variable, mistakes: Vec::new() };

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
        };

        if reader.mistakes.is_empty() { Ok(settings) } else { Err(BadSettings(reader.mistakes)) }
    }

    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        let address = self.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        SocketAddr::new(address, self.port)
    }
}

/// Everything that is wrong with the environment, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSettings(Vec<String>);

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for BadSettings {}

struct Reader<F> {
    variable: F,
    mistakes: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn wrong(&mut self, name: &str, value: &str, remedy: &str) {
        self.mistakes.push(format!("{name}: `{value}` is not understood; give {remedy}"));
    }

    fn parsed<T: FromStr>(&mut self, name: &str, remedy: &str) -> Option<T> {
        let text = self.text(name)?;
        let value = text.trim().parse().ok();
        if value.is_none() {
            self.wrong(name, &text, remedy);
        }
        value
    }

    fn millis(&mut self, name: &str) -> Duration {
        let remedy = "a whole number of milliseconds";
        Duration::from_millis(self.parsed::<u32>(name, remedy).unwrap_or_default().into())
    }

    fn seconds(&mut self, name: &str) -> Option<Duration> {
        let remedy = "a number of seconds, like 5 or 0.5";
        let seconds = self.parsed::<f64>(name, remedy)?;
        let duration = Duration::try_from_secs_f64(seconds).ok();
        if duration.is_none() {
            self.wrong(name, &seconds.to_string(), remedy);
        }
        duration
    }

    fn share(&mut self, name: &str) -> f64 {
        let remedy = "a share from 0 to 1, like 0.2";
        let share = self.parsed::<f64>(name, remedy).unwrap_or_default();
        if !(0.0..=1.0).contains(&share) {
            self.wrong(name, &share.to_string(), remedy);
        }
        share
    }

    fn switch(&mut self, name: &str) -> bool {
        match self.text(name).as_deref() {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(other) => {
                self.wrong(name, other, "1 to fail, or 0");
                false
            }
        }
    }
}

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
            ]
        );
        assert!(read(&[("PORT", "1"), ("FAIL_RATE", "NaN")]).is_err());
    }
}
