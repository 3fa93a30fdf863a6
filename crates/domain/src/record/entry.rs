//! What is written into a record.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::approval::Word;
use crate::desk::Lease;
use crate::evidence::Alarm;
use crate::freeze::Freeze;
use crate::migration::Migrated;
use crate::name::{Arn, HookId};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::preflight::{Serving, Warning};
use crate::preserved::Preserved;
use crate::quarantine::{Lifted, Quarantine};
use crate::request::Request;
use crate::rollout::TakingBack;
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
                write!(f, "quarantined {digest} until {:.0}: {}", quarantine.until, quarantine.why)
            }
            Self::Lifted { lifted } => {
                let by = lifted.by.as_deref().unwrap_or("somebody");
                write!(f, "{by} lifted the quarantine: {}", lifted.reason)
            }
            Self::Ended { outcome } => write!(f, "{}: {}", outcome.end, outcome.why),
        }
    }
}
