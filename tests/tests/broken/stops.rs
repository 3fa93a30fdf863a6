//! A person presses *Stop execution*, at every call and in every wait.

use drill::{Act, Disturbance, Scenario, Schedule};

use crate::{hold, of_all};

const MACHINES: [&str; 3] = ["deployment", "release", "rollback"];

pub(crate) fn all(scenario: Scenario) -> Vec<Schedule> {
    let extent = scenario.extent();
    let stops = MACHINES.into_iter().flat_map(|machine| {
        let at_calls = (0..extent.calls).map(move |at_call| {
            let machine = machine.to_owned();
            Schedule::of(scenario).disturbed(Disturbance::Stop { machine, at_call })
        });
        let in_waits = (0..extent.seconds).step_by(7);
        let in_waits = in_waits.map(move |at| Schedule::of(scenario).act(Act::stop(at, machine)));
        at_calls.chain(in_waits)
    });
    stops.collect()
}

#[test]
fn wherever_an_execution_is_stopped_the_promises_hold() {
    hold(&of_all(all), "schedules of stopped executions");
}
