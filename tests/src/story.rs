//! What happened, as a person would tell it.

use std::collections::BTreeMap;
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
                    .map(|(image, share)| format!("{share} {}", &image[7..19]))
                    .collect();
                Some(format!("{} {:<9} traffic: {}", clock(at), place.service, shares.join(", ")))
            }
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut divisions = BTreeMap::new();
        for told in &*self.told.lock() {
            // Orders change when tasks are scaled, too; only another division is worth a line.
            if let Told::Shifted { place, production, .. } = told
                && divisions.insert(place.clone(), production.clone()).as_ref() == Some(production)
            {
                continue;
            }
            if let Some(line) = self.line(told) {
                writeln!(f, "{line}")?;
            }
        }
        Ok(())
    }
}
