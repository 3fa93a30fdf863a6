//! Every event is lost, late or told twice.

use drill::{Arrival, Disturbance, Scenario, Schedule};

use crate::{hold, of_all};

const ARRIVING: [Arrival; 5] =
    [Arrival::Twice, Arrival::Never, Arrival::Late(3), Arrival::Late(90), Arrival::Late(3 * 3600)];

pub(crate) fn all(scenario: Scenario) -> Vec<Schedule> {
    let events = (0..scenario.extent().events).flat_map(|number| {
        ARRIVING
            .map(|arrives| Schedule::of(scenario).disturbed(Disturbance::Event { number, arrives }))
    });
    events.collect()
}

#[test]
fn whichever_event_is_lost_late_or_told_twice_the_promises_hold() {
    hold(&of_all(all), "schedules of disturbed events");
}
