//! What happened, as a person would tell it.

use std::fmt;
use std::sync::Arc;

use domain::record::Entry;
use jiff::Timestamp;
use local::account::Told;
use parking_lot::Mutex;

/// Everything that was told, in order. Clones are the same story.
#[derive(Debug, Clone)]
pub struct Story {
    began: Timestamp,
    told: Arc<Mutex<Vec<Told>>>,
}

impl Story {
    pub(crate) fn new(began: Timestamp) -> Self {
        Self { began, told: Arc::default() }
    }

    pub(crate) fn add(&self, told: &Told) {
        self.told.lock().push(told.clone());
    }

    /// Forgets what was told so far: a story begins when something happens.
    pub(crate) fn begin(&mut self, now: Timestamp) {
        self.began = now;
        self.told.lock().clear();
    }

    /// Everything that was told.
    pub fn told(&self) -> Vec<Told> {
        self.told.lock().clone()
    }

    fn line(&self, told: &Told) -> Option<String> {
        let clock = |at: &Timestamp| {
            let seconds = at.duration_since(self.began).as_secs();
            format!("{:>2}:{:02}", seconds / 60, seconds % 60)
        };
        match told {
            // ECS and the registry name things; the story is about what was decided.
            Told::Recorded { entry: Entry::Registered { .. } | Entry::Checked { .. }, .. } => None,
            Told::Recorded { at, service, entry, .. } => {
                Some(format!("{} {service:<9} {entry}", clock(at)))
            }
            Told::Shifted { at, place, production } => {
                let shares: Vec<String> = production
                    .iter()
                    .map(|(image, share)| format!("{share} {}", &image[7..11]))
                    .collect();
                Some(format!("{} {:<9} traffic: {}", clock(at), place.service, shares.join(", ")))
            }
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told.lock();
        let mut last = String::new();
        for line in told.iter().filter_map(|told| self.line(told)) {
            // Orders change when tasks are scaled, too; only another division is worth a line.
            if line.contains(" traffic: ") {
                let division = line.split_once(' ').map(|(_, rest)| rest.trim_start().to_owned());
                let division = division.unwrap_or_default();
                if division == last {
                    continue;
                }
                last = division;
            }
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
