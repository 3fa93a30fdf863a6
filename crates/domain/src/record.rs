//! The record of a deployment: what was done and measured, in order, never rewritten.

mod written;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::approval::Word;
use crate::desk::Lease;
use crate::evidence::Alarm;
use crate::freeze::Freeze;
use crate::migration::{Begun, Migrated};
use crate::name::{Arn, DeploymentId, HookId, ServiceName};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::preflight::{Serving, Warning};
use crate::preserved::Preserved;
use crate::quarantine::{Lifted, Quarantine};
use crate::request::Request;
use crate::rollout::TakingBack;
use crate::seconds::Seconds;
use crate::verdict::{Decision, Verdict};

/// Something that was done or found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Entry {
    /// It was asked for.
    Requested {
        /// What was asked.
        request: Request,
    },
    /// It was decided what exactly is deployed.
    Planned {
        /// What.
        plan: Box<Plan>,
    },
    /// It waits until nothing keeps new deployments from beginning.
    Frozen {
        /// Until when, and why.
        freeze: Freeze,
    },
    /// It got the lease.
    Claimed {
        /// The lease.
        lease: Lease,
    },
    /// It was looked at before anything was touched.
    Checked {
        /// What served then.
        blue: Serving,
        /// What makes it slow or risky.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<Warning>,
        /// The alarms that rang and did not refuse it, because it is to mend what they tell of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rang: Vec<Alarm>,
    },
    /// Green's task definition was registered.
    Registered {
        /// It.
        task_definition: Arn,
    },
    /// A migration was started.
    Migrating {
        /// Its task.
        task: Arn,
    },
    /// A migration was told to stop.
    MigrationStopped {
        /// Why.
        why: String,
    },
    /// A migration is over.
    Migrated {
        /// How it ended.
        migrated: Box<Migrated>,
    },
    /// ECS was told to begin.
    Launched {
        /// The ECS service deployment.
        rollout: Arn,
    },
    /// A look at the rollout, and what was decided.
    Judged {
        /// The decision, with what was measured.
        verdict: Verdict,
    },
    /// A person let it go on.
    Approved {
        /// What was said.
        word: Word,
    },
    /// A pause was answered with "go on".
    Proceeded {
        /// Which.
        hook: HookId,
    },
    /// ECS was told to go back.
    TakenBack {
        /// Why and since when.
        back: TakingBack,
    },
    /// What was wrong with green was written down, while there was still somebody to ask.
    Preserved {
        /// What was found.
        evidence: Box<Preserved>,
    },
    /// Something rang, or a person spoke, and this deployment was thought of.
    Attributed {
        /// What was decided about it, in a sentence.
        why: String,
    },
    /// Its digest may not be deployed again.
    Quarantined {
        /// Why, and until when.
        quarantine: Quarantine,
    },
    /// Its digest may be deployed again.
    Lifted {
        /// Who says so.
        lifted: Lifted,
    },
    /// It ended.
    Ended {
        /// How.
        outcome: Outcome,
    },
}

impl Entry {
    /// Entries of the same key are the same entry: writing it again changes nothing.
    pub fn key(&self) -> String {
        match self {
            Self::Requested { .. } => "requested".into(),
            Self::Planned { .. } => "planned".into(),
            Self::Frozen { freeze } => format!("frozen-{:?}-{}", freeze.cause, freeze.since),
            Self::Claimed { lease } => format!("claimed-{}", lease.token),
            Self::Checked { .. } => "checked".into(),
            Self::Registered { .. } => "registered".into(),
            Self::Migrating { .. } => "migrating".into(),
            Self::MigrationStopped { .. } => "migration-stopped".into(),
            Self::Migrated { .. } => "migrated".into(),
            Self::Launched { .. } => "launched".into(),
            Self::Judged { verdict } => match &verdict.watch.seen {
                Some(seen) => format!("judged-{:?}-{:?}-{}", verdict.decision, seen, verdict.why),
                None => format!("judged-{:?}-{:?}", verdict.decision, verdict.hook),
            },
            Self::Approved { word } => format!("approved-{}-{}", word.by, word.at),
            Self::Proceeded { hook } => format!("proceeded-{hook}"),
            Self::TakenBack { .. } => "taken-back".into(),
            Self::Preserved { .. } => "preserved".into(),
            Self::Attributed { why } => format!("attributed-{why}"),
            Self::Quarantined { quarantine } => format!("quarantined-{}", quarantine.since),
            Self::Lifted { lifted } => format!("lifted-{}", lifted.since),
            Self::Ended { .. } => "ended".into(),
        }
    }
}

impl fmt::Display for Entry {
    /// The entry as a line of a story.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested { request } => {
                let by = request.by.as_deref().unwrap_or("somebody");
                write!(f, "{by} asked for {} ({})", request.title(), request.cause.as_str())
            }
            Self::Planned { plan } => write!(f, "planned {}", plan.title()),
            Self::Frozen { freeze } => write!(f, "waits, {freeze}"),
            Self::Claimed { lease } => write!(f, "got the lease, token {}", lease.token),
            Self::Checked { warnings, .. } => {
                f.write_str("nothing speaks against it")?;
                warnings.iter().try_for_each(|warning| write!(f, "; but {warning}"))
            }
            Self::Registered { .. } => f.write_str("registered green's task definition"),
            Self::Migrating { .. } => f.write_str("began the migration"),
            Self::MigrationStopped { why } => write!(f, "stopped the migration: {why}"),
            Self::Migrated { migrated } => write!(f, "{migrated}"),
            Self::Launched { .. } => f.write_str("told ECS to begin"),
            Self::Judged { verdict } => {
                let decision = match verdict.decision {
                    Decision::Proceed => "go on",
                    Decision::Wait => "wait",
                    Decision::TakeBack => "take back",
                    Decision::Conclude => "it is over",
                };
                write!(f, "judged at {}%: {decision}, {}", verdict.share, verdict.why)
            }
            Self::Approved { word } => write!(f, "{word}"),
            Self::Proceeded { .. } => f.write_str("told ECS to go on"),
            Self::TakenBack { back } => write!(f, "told ECS to go back: {}", back.why),
            Self::Preserved { evidence } => write!(f, "kept the evidence: {evidence}"),
            Self::Attributed { why } => f.write_str(why),
            Self::Quarantined { quarantine } => {
                let digest = quarantine.digest.short();
                write!(f, "quarantined {digest} until {}: {}", quarantine.until, quarantine.why)
            }
            Self::Lifted { lifted } => {
                let by = lifted.by.as_deref().unwrap_or("somebody");
                write!(f, "{by} lifted the quarantine: {}", lifted.reason)
            }
            Self::Ended { outcome } => write!(f, "{}: {}", outcome.end, outcome.why),
        }
    }
}

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
