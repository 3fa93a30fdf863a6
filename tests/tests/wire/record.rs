//! What the record of a deployment tells.

use domain::outcome::Outcome;
use domain::record::Entry;

/// The kinds of its entries in order, with what was decided at each look. Looks that decided the
/// same are one: how often one looks while nothing changes is a matter of time.
pub(crate) fn kinds(record: &[Entry]) -> Vec<String> {
    let kind = |entry: &Entry| match entry {
        Entry::Judged { verdict } => format!("judged: {:?}", verdict.decision),
        other => {
            let entry = serde_json::to_value(other).expect("an entry is JSON");
            entry["what"].as_str().expect("an entry has a kind").to_owned()
        }
    };
    let mut kinds: Vec<String> = record.iter().map(kind).collect();
    kinds.dedup();
    kinds
}

/// How it ended.
pub(crate) fn outcome(record: &[Entry]) -> &Outcome {
    let ended = record.iter().find_map(|entry| match entry {
        Entry::Ended { outcome } => Some(outcome),
        _ => None,
    });
    ended.unwrap_or_else(|| panic!("it did not end: {record:#?}"))
}
