//! The story of a deployment, for people: what moved, what was said, what went wrong.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::line;
use crate::record::{Dated, Entry, Record};
use crate::verdict::Decision;

/// A line of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What, in a sentence.
    pub text: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at.strftime("%H:%M:%S"), self.text)
    }
}

/// The lines of a record. Each entry has one or none whatever comes after it, so that a line that
/// was told stays.
pub(super) fn of(record: &Record) -> Vec<Line> {
    let told = |dated: &Dated| Some(Line { at: dated.at, text: line(&told(&dated.entry)?, 300) });
    record.entries.iter().filter_map(told).collect()
}

/// An entry as a line, if it matters to people: looks at which nothing was found do not.
fn told(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Judged { verdict } => match (verdict.decision, &verdict.watch.asks) {
            (Decision::Proceed, _) => Some(format!("at {}%: {}", verdict.share, verdict.why)),
            (Decision::Wait, Some(asks)) => Some(asks.to_string()),
            (Decision::Wait | Decision::TakeBack | Decision::Conclude, _) => None,
        },
        Entry::Frozen { .. }
        | Entry::Migrating { .. }
        | Entry::MigrationStopped { .. }
        | Entry::Migrated { .. }
        | Entry::Launched { .. }
        | Entry::Approved { .. }
        | Entry::TakenBack { .. }
        | Entry::Preserved { .. }
        | Entry::Attributed { .. }
        | Entry::Quarantined { .. }
        | Entry::Lifted { .. }
        | Entry::Ended { .. } => Some(entry.to_string()),
        Entry::Requested { .. }
        | Entry::Planned { .. }
        | Entry::Claimed { .. }
        | Entry::Checked { .. }
        | Entry::Registered { .. }
        | Entry::Proceeded { .. } => None,
    }
}
