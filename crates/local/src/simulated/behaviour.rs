//! How the tasks of an image behave.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::plant::Share;

/// How tasks of one image behave. The default is well: healthy after two seconds, no errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// From its start until a task is healthy, or would be.
    pub starts_in: Duration,
    /// Whether it ever becomes healthy. One that does not is replaced after a minute.
    pub healthy: bool,
    /// How long after its start a task ends by itself, and is replaced; at least a millisecond.
    pub dies_after: Option<Duration>,
    /// What it prints when it starts, line by line.
    pub prints: Vec<String>,
    /// What a task does that runs once.
    pub once: Once,
    /// What it answers on the test listener.
    pub smoke: Smoke,
    /// Which share of production requests it answers with a server error.
    pub error_rate: Share,
    /// How long it takes to answer a production request.
    pub latency: Duration,
    /// How many production requests it gets while it has all of them.
    pub requests_per_second: u32,
}

/// What a task does that runs once. The default is well, in five seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// How long it takes.
    pub takes: Duration,
    /// What it exits with.
    pub exit_code: i32,
    /// What it prints, line by line.
    pub prints: Vec<String>,
}

/// What a task answers on the test listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smoke {
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: String,
    /// How long it takes.
    pub latency: Duration,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            starts_in: Duration::from_secs(2),
            healthy: true,
            dies_after: None,
            prints: vec!["listening on port 8080".to_owned()],
            once: Once::default(),
            smoke: Smoke::default(),
            error_rate: Share::NONE,
            latency: Duration::from_millis(12),
            requests_per_second: 100,
        }
    }
}

impl Default for Once {
    fn default() -> Self {
        let prints = vec!["1 migration applied".to_owned()];
        Self { takes: Duration::from_secs(5), exit_code: 0, prints }
    }
}

impl Default for Smoke {
    fn default() -> Self {
        Self { status: 200, body: "ok".to_owned(), latency: Duration::from_millis(5) }
    }
}

/// How all images behave, and when they break.
#[derive(Debug, Default)]
pub(super) struct Conduct {
    well: Behaviour,
    behaviours: BTreeMap<String, Behaviour>,
    breaks: BTreeMap<String, Timestamp>,
}

impl Conduct {
    pub(super) fn set(&mut self, digest: &str, behaviour: Behaviour) {
        self.behaviours.insert(digest.to_owned(), behaviour);
    }

    pub(super) fn break_at(&mut self, digest: &str, at: Timestamp) {
        self.breaks.insert(digest.to_owned(), at);
    }

    pub(super) fn of(&self, image: &str) -> &Behaviour {
        self.behaviours.get(digest(image)).unwrap_or(&self.well)
    }

    pub(super) fn breaks_at(&self, image: &str) -> Option<Timestamp> {
        self.breaks.get(digest(image)).copied()
    }
}

/// The digest of an image, or all of its name where it has none.
fn digest(image: &str) -> &str {
    image.split_once('@').map_or(image, |(_, digest)| digest)
}
