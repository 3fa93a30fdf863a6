//! In which stage a deployment was how long.

use jiff::Timestamp;

use super::change::seconds;
use crate::desk::LEASE;
use crate::record::{Dated, Entry, Record};
use crate::strategy::Stage;

/// The stages of a deployment: it waits for its turn, is checked, migrates its database; green
/// starts and is tested, a canary takes a step, the release bakes; ECS moves on between pauses, or
/// takes green back.
pub const STAGES: [&str; 9] =
    ["queue", "check", "migrate", "start", "test", "step", "bake", "move", BACK];

/// The last stage: nothing but the end comes after it.
const BACK: &str = "back";

/// The stages of a deployment and the seconds in each, as it came to them. One that it came to
/// again is one stage. Together they are the time from its plan to its end.
pub(super) fn times(record: &Record) -> Vec<(&'static str, f64)> {
    let mut times = Vec::<(&'static str, f64)>::new();
    let mut now: Option<(&'static str, Timestamp)> = None;
    for dated in &record.entries {
        let is_over = matches!(dated.entry, Entry::Ended { .. });
        let next = begins(dated);
        let stays = now
            .is_some_and(|(stage, _)| stage == BACK || next.is_none_or(|(next, _)| next == stage));
        if stays && !is_over {
            continue;
        }

        if let Some((stage, since)) = now {
            let until = next.map_or(dated.at, |(_, at)| at.max(since));
            let took = seconds(since, until);
            match times.iter_mut().find(|(known, _)| *known == stage) {
                Some((_, time)) => *time += took,
                None => times.push((stage, took)),
            }
            now = next.map(|(next, _)| (next, until));
        } else {
            now = next;
        }
        if is_over {
            break;
        }
    }
    times
}

/// The stage that an entry begins, and when.
fn begins(dated: &Dated) -> Option<(&'static str, Timestamp)> {
    let stage = match &dated.entry {
        Entry::Planned { .. } => "queue",
        // It is written down once its read replicas keep up, for which it waits under the lease.
        Entry::Claimed { lease } => return Some(("check", LEASE.before(lease.expires_at))),
        Entry::Migrating { .. } => "migrate",
        Entry::Migrated { .. } => "check",
        Entry::Launched { .. } => "start",
        Entry::Judged { verdict } => match verdict.stage? {
            Stage::PostTestTrafficShift => "test",
            Stage::PreProductionTrafficShift => "step",
            Stage::PostProductionTrafficShift => "bake",
        },
        Entry::Proceeded { .. } => "move",
        Entry::TakenBack { .. } => BACK,
        _ => return None,
    };
    Some((stage, dated.at))
}
