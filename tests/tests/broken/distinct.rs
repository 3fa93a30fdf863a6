//! How much is explored.

use std::collections::HashSet;

use crate::{calls, events, of_all, pairs, pushes, stops, storms, twice};

#[test]
fn more_than_a_hundred_thousand_different_schedules_are_explored() {
    let singles = [of_all(calls::all), of_all(events::all), of_all(stops::all), of_all(twice::all)];
    let many = [of_all(pairs::drawn), of_all(storms::all), pushes::all()];
    let different: HashSet<_> = singles.into_iter().chain(many).flatten().collect();

    assert!(different.len() >= 100_000, "{} schedules are explored", different.len());
}
