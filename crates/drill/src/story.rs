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
    lines: Arc<Mutex<Vec<Line>>>,
}

#[derive(Debug)]
enum Line {
    Told(Box<Told>),
    /// What was done to the world, from outside.
    Remark(Timestamp, String),
}

impl Story {
    pub(crate) fn new(began: Timestamp) -> Self {
        Self { began, lines: Arc::default() }
    }

    pub(crate) fn add(&self, told: &Told) {
        self.lines.lock().push(Line::Told(Box::new(told.clone())));
    }

    pub(crate) fn remark(&self, at: Timestamp, remark: String) {
        self.lines.lock().push(Line::Remark(at, remark));
    }

    pub(crate) fn began(&self) -> Timestamp {
        self.began
    }

    /// Forgets what was told so far: a story begins when something happens.
    pub(crate) fn begin(&mut self, now: Timestamp) {
        self.began = now;
        self.lines.lock().clear();
    }

    /// Everything that was told.
    pub fn told(&self) -> Vec<Told> {
        let lines = self.lines.lock();
        let told = lines.iter().filter_map(|line| match line {
            Line::Told(told) => Some(Told::clone(told)),
            Line::Remark(..) => None,
        });
        told.collect()
    }

    fn clock(&self, at: Timestamp) -> String {
        let seconds = at.duration_since(self.began).as_secs();
        format!("{:>2}:{:02}", seconds / 60, seconds % 60)
    }

    fn line(&self, told: &Told) -> Option<String> {
        match told {
            // ECS and the registry name things; the story is about what was decided.
            Told::Recorded { entry: Entry::Registered { .. } | Entry::Checked { .. }, .. }
            | Told::Wrote { .. } => None,
            Told::Recorded { at, service, entry, .. } => {
                Some(format!("{} {service:<9} {entry}", self.clock(*at)))
            }
            Told::Shifted { at, place, production } => {
                let shares: Vec<String> = production
                    .iter()
                    .map(|(image, share)| format!("{share} {}", &image[7..19]))
                    .collect();
                Some(format!(
                    "{} {:<9} traffic: {}",
                    self.clock(*at),
                    place.service,
                    shares.join(", ")
                ))
            }
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut divisions = BTreeMap::new();
        for line in &*self.lines.lock() {
            let told = match line {
                Line::Told(told) => &**told,
                Line::Remark(at, remark) => {
                    writeln!(f, "{} {:<9} {remark}", self.clock(*at), "!")?;
                    continue;
                }
            };
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
