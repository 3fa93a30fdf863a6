//! The four measures of DORA, of the deployments of one service.

use jiff::Timestamp;
use serde::Serialize;

use super::{Measure, What, is_way_back, of};
use crate::outcome::End;
use crate::record::Record;
use crate::seconds::Seconds;

/// The four measures of a service over a while. What there was none of is left out.
///
/// Source: <https://dora.dev/guides/dora-metrics/>.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Four {
    /// How many changes were deployed.
    pub deployed: usize,
    /// How many changes production saw.
    pub changes: usize,
    /// How many of them failed.
    pub failures: usize,
    /// Half of the changes were in production after this, from the push.
    pub lead_time: Option<Seconds>,
    /// Half of the failures were over after this.
    pub time_to_restore: Option<Seconds>,
}

/// The four measures of the deployments in `records` that ended at `since` or later; all of one
/// service, newest first.
pub fn four(records: &[Record], since: Timestamp) -> Four {
    let ended = records
        .iter()
        .enumerate()
        .filter(|(_, record)| record.outcome().is_some_and(|outcome| outcome.at >= since));
    let ended: Vec<_> = ended.collect();
    let deployed = ended.iter().filter(|(_, record)| serves(record) && !went_back(record)).count();
    let measures: Vec<Measure> = ended
        .iter()
        .flat_map(|(at, record)| {
            // What served when it went back is what was deployed last before.
            let left = records[at + 1..].iter().find(|earlier| serves(earlier));
            of(record, left)
        })
        .collect();
    let count = |what| measures.iter().filter(|measure| measure.what == what).count();

    Four {
        deployed,
        changes: count(What::Changes),
        failures: count(What::ChangeFailures),
        lead_time: median(&measures, What::LeadTime),
        time_to_restore: median(&measures, What::TimeToRestore),
    }
}

fn serves(record: &Record) -> bool {
    record.outcome().is_some_and(|outcome| outcome.end == End::Deployed)
}

fn went_back(record: &Record) -> bool {
    record.outcome().is_some_and(is_way_back)
}

/// The middle one; of two the longer.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "they are never negative"
)]
fn median(measures: &[Measure], what: What) -> Option<Seconds> {
    let values = measures.iter().filter(|measure| measure.what == what).map(|it| it.value);
    let mut values: Vec<_> = values.map(|seconds| seconds.round() as u64).collect();
    values.sort_unstable();
    values.get(values.len() / 2).map(|seconds| Seconds(*seconds))
}
