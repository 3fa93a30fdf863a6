//! Everything that can go wrong in a deployment goes wrong here: once each, two at a time, and many
//! at random; and what is promised (ARCHITECTURE.md, "What is promised") still holds.
//!
//! The scenarios, the schedules and the promises are those of [`drill`]; each file says which
//! schedules are explored.

mod calls;
mod events;
mod stops;
mod twice;

mod pairs;
mod pushes;
mod storms;

mod distinct;
mod found;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use drill::{Scenario, Schedule, explore, promises};

/// What is explored in every scenario.
fn of_all(schedules: impl Fn(Scenario) -> Vec<Schedule>) -> Vec<Schedule> {
    Scenario::ALL.into_iter().flat_map(schedules).collect()
}

/// Plays every schedule. One that breaks a promise is kept in a file, as small as it can be made.
fn hold(schedules: &[Schedule], what: &str) {
    if let Some(broken) = explore(schedules, &promises::judge) {
        let file = keep(&broken.schedule);
        panic!("{broken}\nTo see it again: cargo run -p cutover -- replay {}", file.display());
    }
    // Told also when the tests pass and their output is kept back.
    let _ = writeln!(std::io::stderr(), "{} {what} explored", schedules.len());
}

/// Keeps a schedule below `target`.
fn keep(schedule: &Schedule) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    schedule.hash(&mut hasher);
    let name = format!("schedule-{:016x}.json", hasher.finish());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, format!("{schedule}\n")).expect("a file below target");
    file
}
