//! Rules: which events go to which targets.

use std::sync::Arc;

use super::{Pattern, Retries};

/// Sends the events that match a pattern to some targets.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, unique on the bus: `hook-waiting`.
    pub name: Arc<str>,
    /// Which events.
    pub pattern: Pattern,
    /// To whom.
    pub targets: Vec<Target>,
}

impl Rule {
    /// A rule with its targets, by name.
    pub fn new<T: Into<Target>>(
        name: &str,
        pattern: Pattern,
        targets: impl IntoIterator<Item = T>,
    ) -> Self {
        Self { name: name.into(), pattern, targets: targets.into_iter().map(Into::into).collect() }
    }
}

/// Someone to tell of an event.
#[derive(Debug, Clone)]
pub struct Target {
    /// The name that the bus's owner knows it by.
    pub name: Arc<str>,
    /// Its own retries, where the bus's do not suit it.
    pub retries: Option<Retries>,
}

impl From<&str> for Target {
    fn from(name: &str) -> Self {
        Self { name: name.into(), retries: None }
    }
}
