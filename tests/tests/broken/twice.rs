//! Every step runs twice.

use domain::outcome::End;
use drill::{Disturbance, Scenario, Schedule, run};

use crate::{hold, of_all};

pub(crate) fn all(scenario: Scenario) -> Vec<Schedule> {
    vec![Schedule::of(scenario).disturbed(Disturbance::StepsTwice)]
}

/// How all deployments end.
fn ends(schedule: &Schedule) -> Vec<Vec<End>> {
    let world = run(schedule.play());
    let services = schedule.scenario.services();
    services.iter().map(|service| world.ends(service.name.as_str())).collect()
}

#[test]
fn every_step_may_run_twice() {
    for schedule in of_all(all) {
        let once = Schedule::of(schedule.scenario);

        assert_eq!(ends(&schedule), ends(&once), "{:?}", schedule.scenario);
    }
    hold(&of_all(all), "schedules of steps that run twice");
}
