//! The record of a deployment: what was done and measured, in order, never rewritten.

mod entry;
mod written;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Lease;
use crate::migration::{Begun, Migrated};
use crate::name::{Arn, DeploymentId, ServiceName};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::preflight::Serving;
use crate::preserved::Preserved;
use crate::request::Request;
use crate::rollout::TakingBack;
use crate::seconds::Seconds;

pub use entry::Entry;

/// Everything that is recorded of one deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which.
    pub deployment: DeploymentId,
    /// Of which service.
    pub service: ServiceName,
    /// In order.
    pub entries: Vec<Dated>,
}

/// An entry and its moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dated {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub entry: Entry,
}

impl Record {
    /// A record without entries.
    pub fn new(deployment: DeploymentId, service: ServiceName) -> Self {
        Self { deployment, service, entries: Vec::new() }
    }

    /// Writes `entry` unless it stands there already. Tells whether it was new.
    pub fn append(&mut self, entry: Entry, at: Timestamp) -> bool {
        let key = entry.key();
        let new = !self.entries.iter().any(|dated| dated.entry.key() == key);
        if new {
            self.entries.push(Dated { at, entry });
        }
        new
    }

    /// What was asked.
    pub fn request(&self) -> Option<&Request> {
        self.find(|entry| match entry {
            Entry::Requested { request } => Some(request),
            _ => None,
        })
    }

    /// What was decided to be deployed.
    pub fn plan(&self) -> Option<&Plan> {
        self.find(|entry| match entry {
            Entry::Planned { plan } => Some(&**plan),
            _ => None,
        })
    }

    /// The lease it got last.
    pub fn lease(&self) -> Option<&Lease> {
        self.find(|entry| match entry {
            Entry::Claimed { lease } => Some(lease),
            _ => None,
        })
    }

    /// What served before.
    pub fn blue(&self) -> Option<&Serving> {
        self.find(|entry| match entry {
            Entry::Checked { blue, .. } => Some(blue),
            _ => None,
        })
    }

    /// Green's task definition.
    pub fn green(&self) -> Option<&Arn> {
        self.find(|entry| match entry {
            Entry::Registered { task_definition } => Some(task_definition),
            _ => None,
        })
    }

    /// Its rollout, if ECS was told to begin.
    pub fn rollout(&self) -> Option<&Arn> {
        self.find(|entry| match entry {
            Entry::Launched { rollout } => Some(rollout),
            _ => None,
        })
    }

    /// The task of its migration, if one was started.
    pub fn migration(&self) -> Option<&Arn> {
        self.find(|entry| match entry {
            Entry::Migrating { task } => Some(task),
            _ => None,
        })
    }

    /// When its migration was started, and whether it was told to stop.
    pub fn migrating(&self) -> Option<Begun<'_>> {
        let began = |dated: &&Dated| matches!(dated.entry, Entry::Migrating { .. });
        let at = self.entries.iter().find(began)?.at;
        let stopped = self.find(|entry| match entry {
            Entry::MigrationStopped { why } => Some(why.as_str()),
            _ => None,
        });
        Some(Begun { at, stopped })
    }

    /// What became of its migration, if it is over.
    pub fn migrated(&self) -> Option<&Migrated> {
        self.find(|entry| match entry {
            Entry::Migrated { migrated } => Some(&**migrated),
            _ => None,
        })
    }

    /// Whether its migration ran and cannot be undone.
    pub fn is_irreversible(&self) -> bool {
        self.migrated().is_some_and(|migrated| migrated.irreversible)
    }

    /// When green's task definition was registered, which is just before its migration was begun, or
    /// ECS was told to begin.
    pub fn began(&self) -> Option<Timestamp> {
        let began = |dated: &&Dated| matches!(dated.entry, Entry::Registered { .. });
        self.entries.iter().find(began).map(|dated| dated.at)
    }

    /// How long it took to its end, or took so far. What is written after the end is no part of it.
    pub fn took(&self) -> Option<Seconds> {
        let ended = |dated: &&Dated| matches!(dated.entry, Entry::Ended { .. });
        let (first, last) = (self.entries.first()?, self.entries.last()?);
        let end = self.entries.iter().find(ended).unwrap_or(last);
        Some(Seconds::between(first.at, end.at))
    }

    /// Why it was taken back, if it was.
    pub fn taking_back(&self) -> Option<&TakingBack> {
        self.find(|entry| match entry {
            Entry::TakenBack { back } => Some(back),
            _ => None,
        })
    }

    /// What was kept of green when it was taken back, if it was.
    pub fn preserved(&self) -> Option<&Preserved> {
        self.find(|entry| match entry {
            Entry::Preserved { evidence } => Some(&**evidence),
            _ => None,
        })
    }

    /// How it ended, if it did.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.find(|entry| match entry {
            Entry::Ended { outcome } => Some(outcome),
            _ => None,
        })
    }

    fn find<'a, T>(&'a self, pick: impl Fn(&'a Entry) -> Option<T>) -> Option<T> {
        self.entries.iter().rev().find_map(|dated| pick(&dated.entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_after_the_end_takes_no_longer() {
        let second = |second| Timestamp::from_second(second).expect("a moment");
        let outcome = json!({
            "deployment": "checkout-1", "service": "checkout", "end": "Deployed", "why": "it serves",
            "settled": true, "digest": null, "tag": null, "serving": null, "cause": "manual",
            "by": null, "at": second(90)
        });
        let outcome: Outcome = serde_json::from_value(outcome).expect("an outcome");
        let note = |why: &str| Entry::Attributed { why: why.into() };
        let mut record =
            Record::new("checkout-1".parse().expect("it"), "checkout".parse().expect("it"));
        assert_eq!(record.took(), None);

        for (entry, at, took) in [
            (note("begun"), 10, 0),
            (note("under way"), 40, 30),
            (Entry::Ended { outcome }, 90, 80),
            (note("looked at later"), 9_000, 80),
        ] {
            record.append(entry, second(at));
            assert_eq!(record.took(), Some(Seconds(took)));
        }
    }
}
