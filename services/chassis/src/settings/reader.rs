//! Reads variables one by one, and tells all that is wrong with them.

use std::str::FromStr;
use std::time::Duration;

use super::BadSettings;

/// Reads variables, and keeps what is wrong with them.
pub(super) struct Reader<F> {
    variable: F,
    pub(super) mistakes: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    pub(super) fn of(variable: F) -> Self {
        Self { variable, mistakes: Vec::new() }
    }

    /// What was read, unless something is wrong.
    pub(super) fn finish<T>(self, read: T) -> Result<T, BadSettings> {
        if self.mistakes.is_empty() { Ok(read) } else { Err(BadSettings(self.mistakes)) }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn wrong(&mut self, name: &str, value: &str, remedy: &str) {
        self.mistakes.push(format!("{name}: `{value}` is not understood; give {remedy}"));
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, remedy: &str) -> Option<T> {
        let text = self.text(name)?;
        let value = text.trim().parse().ok();
        if value.is_none() {
            self.wrong(name, &text, remedy);
        }
        value
    }

    /// What `read` makes of a text that may hold a password, and so is never shown.
    pub(super) fn secret<T>(
        &mut self,
        name: &str,
        remedy: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = read(text.trim());
        if value.is_none() {
            self.mistakes.push(format!("{name}: is not understood; give {remedy}"));
        }
        value
    }

    pub(super) fn millis(&mut self, name: &str) -> Duration {
        let remedy = "a whole number of milliseconds";
        Duration::from_millis(self.parsed::<u32>(name, remedy).unwrap_or_default().into())
    }

    pub(super) fn seconds(&mut self, name: &str) -> Option<Duration> {
        let remedy = "a number of seconds, like 5 or 0.5";
        let seconds = self.parsed::<f64>(name, remedy)?;
        let duration = Duration::try_from_secs_f64(seconds).ok();
        if duration.is_none() {
            self.wrong(name, &seconds.to_string(), remedy);
        }
        duration
    }

    pub(super) fn share(&mut self, name: &str) -> f64 {
        let remedy = "a share from 0 to 1, like 0.2";
        let share = self.parsed::<f64>(name, remedy).unwrap_or_default();
        if !(0.0..=1.0).contains(&share) {
            self.wrong(name, &share.to_string(), remedy);
        }
        share
    }

    pub(super) fn switch(&mut self, name: &str) -> bool {
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
