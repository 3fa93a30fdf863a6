//! Two things break at once.

use std::collections::BTreeSet;

use drill::{Arrival, Deed, Dice, Disturbance, Scenario, Schedule};

use crate::{calls, events, hold, of_all, stops, twice};

/// There are more pairs than anybody waits for: these are drawn.
const SEED: u64 = 1;
const DRAWN: usize = 13_500;

/// Pairs of the single disturbances of a scenario; each kind is drawn as often as any other.
pub(crate) fn drawn(scenario: Scenario) -> Vec<Schedule> {
    let kinds =
        [calls::all(scenario), events::all(scenario), stops::all(scenario), twice::all(scenario)];
    let dice = |throw: u64, number: u64| Dice::of(&[SEED, throw, number]);
    let one = |throw, number| {
        let kind: &Vec<Schedule> = dice(throw, number).pick(&kinds);
        dice(throw, number + 2).pick(kind)
    };

    let mut pairs = BTreeSet::new();
    for throw in 0.. {
        let (first, second) = (one(throw, 0), one(throw, 1));
        let pair = first.clone().and(second);
        if first < second && !is_told_to_nobody(&pair) {
            pairs.insert(pair);
        }
        if pairs.len() == DRAWN {
            break;
        }
    }
    pairs.into_iter().collect()
}

/// Whether an execution is stopped and an event is lost, perhaps the one that starts its recovery.
/// The sweep finds everybody who stands on a desk. Who was stopped before that changed nothing and
/// is in nobody's way, but its record has no end.
fn is_told_to_nobody(pair: &Schedule) -> bool {
    let stops = pair.acts.iter().any(|act| matches!(act.does, Deed::Stop { .. }))
        || pair.disturbances.iter().any(|it| matches!(it, Disturbance::Stop { .. }));
    let is_lost = |disturbance: &Disturbance| {
        matches!(disturbance, Disturbance::Event { arrives: Arrival::Never, .. })
    };
    stops && pair.disturbances.iter().any(is_lost)
}

#[test]
fn whichever_two_things_break_at_once_the_promises_hold() {
    hold(&of_all(drawn), &format!("pairs of disturbances (seed {SEED})"));
}
