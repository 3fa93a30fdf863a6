//! One deployment of each strategy, as a timeline.

use super::tale::{Health, Tale, with};
use crate::ecs::{
    Alarms, Canary, CircuitBreaker, DeploymentConfiguration, Linear, ServiceDeploymentStatus,
    Strategy, Threshold,
};
use crate::plant::Share;

#[test]
fn a_new_service_comes_up() {
    let mut tale = Tale::create();
    tale.behave(1, Health::Starting);
    tale.run();
    tale.behave(1, Health::Good);
    tale.run();

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS  | 1: 2
    0m SUCCESSFUL  | 1: 2 100%
    ");
    assert_eq!(
        tale.event_names(),
        ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_STEADY_STATE"]
    );
}

#[test]
fn blue_green_shifts_all_traffic_at_once_and_keeps_blue_until_clean_up() {
    let mut tale = Tale::begin();
    tale.behave(2, Health::Starting);
    tale.deploy(2, with(Strategy::BlueGreen));
    tale.pass(1);
    tale.behave(2, Health::Good);
    tale.run();
    tale.pass(10);

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    1m IN_PROGRESS BAKE_TIME | 1: 2 | 2: 2 100% test
    6m IN_PROGRESS CLEAN_UP | 1: 0 | 2: 2 100% test
    6m SUCCESSFUL CLEAN_UP | 2: 2 100% test
    ");
}

#[test]
fn a_canary_takes_two_steps() {
    let mut tale = Tale::begin();
    let canary = Some(Canary { percent: Share(55), bake_minutes: 7 });
    tale.deploy(2, DeploymentConfiguration { canary, ..with(Strategy::Canary) });
    tale.pass(20);

    insta::assert_snapshot!(tale.told(), @"
     0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
     0m IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT | 1: 2 94.5% | 2: 2 5.5% test
     7m IN_PROGRESS BAKE_TIME | 1: 2 | 2: 2 100% test
    12m IN_PROGRESS CLEAN_UP | 1: 0 | 2: 2 100% test
    12m SUCCESSFUL CLEAN_UP | 2: 2 100% test
    ");
}

#[test]
fn linear_steps_bake_between_but_not_after_the_last() {
    let mut tale = Tale::begin();
    let linear = Some(Linear { step_percent: Share(400), step_bake_minutes: 3 });
    tale.deploy(2, DeploymentConfiguration { linear, ..with(Strategy::Linear) });
    tale.pass(20);

    insta::assert_snapshot!(tale.told(), @"
     0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
     0m IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT | 1: 2 60% | 2: 2 40% test
     3m IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT | 1: 2 20% | 2: 2 80% test
     6m IN_PROGRESS BAKE_TIME | 1: 2 | 2: 2 100% test
    11m IN_PROGRESS CLEAN_UP | 1: 0 | 2: 2 100% test
    11m SUCCESSFUL CLEAN_UP | 2: 2 100% test
    ");
}

#[test]
fn a_rolling_deployment_replaces_task_by_task() {
    let mut tale = Tale::begin();
    tale.behave(2, Health::Starting);
    tale.deploy(2, with(Strategy::Rolling));
    tale.pass(1);
    tale.behave(2, Health::Good);
    tale.run();

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS  | 1: 2 100% | 2: 2
    1m IN_PROGRESS  | 1: 0 | 2: 2 100%
    1m SUCCESSFUL  | 2: 2 100%
    ");
}

#[test]
fn the_circuit_breaker_rolls_a_rolling_deployment_back() {
    let mut tale = Tale::begin();
    tale.behave(2, Health::Failing);
    let circuit_breaker =
        CircuitBreaker { enable: true, rollback: true, threshold: Threshold::Count(3) };
    tale.deploy(2, DeploymentConfiguration { circuit_breaker, ..with(Strategy::Rolling) });

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS  | 1: 2 100% | 2: 2
    0m ROLLBACK_IN_PROGRESS  | 1: 2 100% | 2: 0
    0m ROLLBACK_SUCCESSFUL  | 1: 2 100%
    ");
    assert_eq!(tale.deployment().deployment_circuit_breaker.failure_count, 3);
}

#[test]
fn a_circuit_breaker_that_may_not_roll_back_stops() {
    let mut tale = Tale::begin();
    tale.behave(2, Health::Failing);
    let circuit_breaker =
        CircuitBreaker { enable: true, rollback: false, threshold: Threshold::Count(3) };
    tale.deploy(2, DeploymentConfiguration { circuit_breaker, ..with(Strategy::Rolling) });

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS  | 1: 2 100% | 2: 2
    0m STOPPED  | 1: 2 100% | 2: 0
    0m STOPPED  | 1: 2 100%
    ");
}

#[test]
fn a_green_that_never_becomes_healthy_is_taken_back_after_a_day() {
    let mut tale = Tale::begin();
    tale.behave(2, Health::Failing);
    let circuit_breaker =
        CircuitBreaker { enable: true, rollback: true, threshold: Threshold::Count(3) };
    tale.deploy(2, DeploymentConfiguration { circuit_breaker, ..with(Strategy::BlueGreen) });
    tale.pass(24 * 60);

    insta::assert_snapshot!(tale.told(), @"
       0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    1440m ROLLBACK_IN_PROGRESS CLEAN_UP | 1: 2 100% | 2: 0
    1440m ROLLBACK_SUCCESSFUL CLEAN_UP | 1: 2 100%
    ");
}

fn with_alarm(strategy: Strategy, rollback: bool) -> DeploymentConfiguration {
    let names = vec!["checkout-5xx".to_owned()];
    DeploymentConfiguration { alarms: Alarms { names, enable: true, rollback }, ..with(strategy) }
}

#[test]
fn an_alarm_during_the_bake_sends_traffic_back_at_once() {
    let mut tale = Tale::begin();
    tale.deploy(2, with_alarm(Strategy::BlueGreen, true));
    tale.pass(2);
    tale.ring("checkout-5xx");

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    0m IN_PROGRESS BAKE_TIME | 1: 2 | 2: 2 100% test
    2m ROLLBACK_IN_PROGRESS CLEAN_UP | 1: 2 100% | 2: 0
    2m ROLLBACK_SUCCESSFUL CLEAN_UP | 1: 2 100%
    ");
    assert_eq!(tale.deployment().alarms.triggered_alarm_names, ["checkout-5xx"]);
    assert_eq!(tale.service.describe().task_definition, super::tale::task_definition(1));
}

#[test]
fn an_alarm_that_rang_before_is_ignored() {
    let mut tale = Tale::begin();
    tale.ring("checkout-5xx");
    tale.deploy(2, with_alarm(Strategy::BlueGreen, true));
    tale.pass(10);

    assert_eq!(tale.status(), ServiceDeploymentStatus::Successful);
}

#[test]
fn an_alarm_that_may_not_roll_back_stops_the_deployment_where_it_is() {
    let mut tale = Tale::begin();
    let canary = Some(Canary { percent: Share(100), bake_minutes: 7 });
    tale.deploy(2, DeploymentConfiguration { canary, ..with_alarm(Strategy::Canary, false) });
    tale.ring("checkout-5xx");

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    0m IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT | 1: 2 90% | 2: 2 10% test
    0m STOPPED PRODUCTION_TRAFFIC_SHIFT | 1: 2 90% | 2: 2 10% test
    ");
}

#[test]
fn blue_that_cannot_be_brought_back_is_said_so_after_a_day() {
    let mut tale = Tale::begin();
    tale.deploy(2, with(Strategy::BlueGreen));
    tale.behave(1, Health::Failing);
    tale.stop();
    tale.pass(24 * 60);

    insta::assert_snapshot!(tale.told(), @"
       0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
       0m IN_PROGRESS BAKE_TIME | 1: 2 | 2: 2 100% test
       0m ROLLBACK_IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100%
    1440m ROLLBACK_FAILED PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100%
    ");
}

#[test]
fn the_first_deployment_has_nothing_to_go_back_to() {
    let mut tale = Tale::create();
    tale.behave(1, Health::Failing);
    tale.run();
    tale.stop();

    assert_eq!(tale.status(), ServiceDeploymentStatus::RollbackFailed);
}

#[test]
fn another_number_of_tasks_is_no_deployment() {
    let mut tale = Tale::begin();
    let update = crate::ecs::UpdateService { desired_count: Some(3), ..Default::default() };
    tale.service.update(update, tale.now).unwrap();
    tale.run();

    insta::assert_snapshot!(tale.told().trim_start(), @"0m SUCCESSFUL  | 1: 3 100%");
    assert_eq!(tale.service.deployments().len(), 1);
    assert_eq!(tale.event_names(), ["SERVICE_STEADY_STATE"]);
}
