//! Every call that a step makes fails: before its effect, after it, for a while, or for ever.

use drill::{Disturbance, Failing, Scenario, Schedule};

use crate::{hold, of_all};

const FAILING: [Failing; 4] =
    [Failing::Before, Failing::After, Failing::Throttled(4), Failing::Unanswered];

pub(crate) fn all(scenario: Scenario) -> Vec<Schedule> {
    let calls = (0..scenario.extent().calls).flat_map(|number| {
        FAILING.map(|fails| Schedule::of(scenario).disturbed(Disturbance::Call { number, fails }))
    });
    calls.collect()
}

#[test]
fn whichever_call_fails_the_promises_hold() {
    hold(&of_all(all), "schedules of failing calls");
}
