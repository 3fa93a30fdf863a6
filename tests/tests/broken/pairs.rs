//! Two things break at once.

use std::collections::BTreeSet;

use drill::{Dice, Scenario, Schedule};

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
        if first < second {
            pairs.insert(pair);
        }
        if pairs.len() == DRAWN {
            break;
        }
    }
    pairs.into_iter().collect()
}

#[test]
fn whichever_two_things_break_at_once_the_promises_hold() {
    hold(&of_all(drawn), &format!("pairs of disturbances (seed {SEED})"));
}
