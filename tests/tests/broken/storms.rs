//! Many things break at once, at random.

use drill::{Arrival, Dice, Disturbance, Failing, Scenario, Schedule};

use crate::{hold, of_all};

const SEEDS: u64 = 300;

pub(crate) fn all(scenario: Scenario) -> Vec<Schedule> {
    let extent = scenario.extent();
    // What breaks makes it longer.
    let (calls, events) = (3 * extent.calls, 3 * extent.events);
    let call = |seed, number| match Dice::of(&[seed, number]).below(40) {
        0 => Some(Disturbance::Call { number, fails: Failing::Before }),
        1 => Some(Disturbance::Call { number, fails: Failing::After }),
        _ => None,
    };
    let event = |seed, number| {
        let arrives = match Dice::of(&[seed, number, 1]).below(8) {
            0 => Arrival::Twice,
            1 => Arrival::Never,
            2 => Arrival::Late(Dice::of(&[seed, number, 2]).below(600)),
            _ => return None,
        };
        Some(Disturbance::Event { number, arrives })
    };
    let storm = |seed| {
        let calls = (0..calls).filter_map(|number| call(seed, number));
        let events = (0..events).filter_map(|number| event(seed, number));
        calls.chain(events).fold(Schedule::of(scenario), Schedule::disturbed)
    };
    (0..SEEDS).map(storm).collect()
}

#[test]
fn whatever_breaks_at_once_the_promises_hold() {
    hold(&of_all(all), &format!("storms (seeds 0 to {})", SEEDS - 1));
}
