//! A newer deployment while another is under way.

use super::tale::{Health, Tale, with};
use crate::ecs::ServiceDeploymentStatus::{
    Pending, RollbackSuccessful, StopRequested, Stopped, Successful,
};
use crate::ecs::{
    DeploymentConfiguration, Hook, HookAction, LifecycleStage, ServiceDeploymentStatus, Strategy,
    UpdateService,
};

fn statuses(tale: &Tale) -> Vec<ServiceDeploymentStatus> {
    tale.service.deployments().iter().map(|deployment| deployment.status).collect()
}

fn paused_after_the_shift() -> DeploymentConfiguration {
    let lifecycle_hooks = vec![Hook::pause(LifecycleStage::PostProductionTrafficShift)];
    DeploymentConfiguration { lifecycle_hooks, ..with(Strategy::BlueGreen) }
}

#[test]
fn a_newer_deployment_stops_the_one_under_way_and_starts_from_the_last_good_revision() {
    let mut tale = Tale::begin();
    tale.deploy(2, paused_after_the_shift());
    tale.pass(1);
    tale.deploy(3, with(Strategy::BlueGreen));
    tale.pass(5);

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    0m IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100% test
    1m IN_PROGRESS RECONCILE_SERVICE | 1: 2 100% | 2: 0
    1m IN_PROGRESS SCALE_UP | 1: 2 100% | 3: 2
    1m IN_PROGRESS BAKE_TIME | 1: 2 | 3: 2 100% test
    6m IN_PROGRESS CLEAN_UP | 1: 0 | 3: 2 100% test
    6m SUCCESSFUL CLEAN_UP | 3: 2 100% test
    ");
    assert_eq!(statuses(&tale), [Successful, Stopped, Successful]);
}

#[test]
fn the_older_one_is_asked_to_stop_before_it_is_stopped() {
    let mut tale = Tale::begin();
    tale.deploy(2, paused_after_the_shift());
    let force = UpdateService { force_new_deployment: true, ..Default::default() };
    tale.service.update(force, tale.now).unwrap();

    assert_eq!(statuses(&tale), [Pending, StopRequested, Successful]);
    assert_eq!(tale.service.next_wake(), Some(tale.now));
}

#[test]
fn a_newer_deployment_leaves_traffic_where_it_is_until_blue_can_take_it() {
    let mut tale = Tale::begin();
    tale.deploy(2, paused_after_the_shift());
    tale.behave(1, Health::Starting);
    tale.deploy(3, with(Strategy::BlueGreen));
    tale.pass(1);
    tale.behave(1, Health::Good);
    tale.run();
    tale.pass(5);

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    0m IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100% test
    0m IN_PROGRESS RECONCILE_SERVICE | 1: 2 | 2: 2 100%
    1m IN_PROGRESS RECONCILE_SERVICE | 1: 2 100% | 2: 0
    1m IN_PROGRESS SCALE_UP | 1: 2 100% | 3: 2
    1m IN_PROGRESS BAKE_TIME | 1: 2 | 3: 2 100% test
    6m IN_PROGRESS CLEAN_UP | 1: 0 | 3: 2 100% test
    6m SUCCESSFUL CLEAN_UP | 3: 2 100% test
    ");
}

#[test]
fn a_rolling_deployment_supersedes_a_rolling_one() {
    let mut tale = Tale::begin();
    tale.behave(2, Health::Failing);
    tale.deploy(2, with(Strategy::Rolling));
    tale.pass(1);
    tale.deploy(3, with(Strategy::Rolling));

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS  | 1: 2 100% | 2: 2
    1m IN_PROGRESS  | 1: 2 100% | 2: 0 | 3: 2
    1m IN_PROGRESS  | 1: 0 | 3: 2 100%
    1m SUCCESSFUL  | 3: 2 100%
    ");
}

#[test]
fn a_deployment_that_supersedes_and_is_stopped_at_once_leaves_blue() {
    let mut tale = Tale::begin();
    tale.deploy(2, paused_after_the_shift());
    let force = UpdateService { force_new_deployment: true, ..Default::default() };
    tale.service.update(force, tale.now).unwrap();
    tale.stop();

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    0m IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100% test
    0m ROLLBACK_IN_PROGRESS CLEAN_UP | 1: 2 100% | 2: 0
    0m ROLLBACK_SUCCESSFUL CLEAN_UP | 1: 2 100%
    ");
}

#[test]
fn the_first_deployment_may_be_superseded_before_it_served() {
    let mut tale = Tale::create();
    tale.behave(1, Health::Failing);
    tale.run();
    tale.deploy(2, with(Strategy::BlueGreen));
    tale.pass(5);

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS  | 1: 2
    0m IN_PROGRESS RECONCILE_SERVICE | 1: 0
    0m IN_PROGRESS SCALE_UP | 2: 2
    0m IN_PROGRESS BAKE_TIME | 2: 2 100% test
    5m SUCCESSFUL CLEAN_UP | 2: 2 100% test
    ");
}

#[test]
fn the_same_task_definition_is_deployed_again_only_when_forced() {
    let mut tale = Tale::begin();
    tale.deploy(1, with(Strategy::BlueGreen));
    assert_eq!(tale.service.deployments().len(), 1);
    let force = UpdateService { force_new_deployment: true, ..Default::default() };
    tale.service.update(force, tale.now).unwrap();
    tale.run();

    let deployments = tale.service.deployments();
    assert_eq!(deployments.len(), 2);
    assert_ne!(
        deployments[0].target_service_revision.arn,
        deployments[1].target_service_revision.arn
    );
}

#[test]
fn what_was_taken_back_may_be_deployed_again() {
    let mut tale = Tale::begin();
    tale.deploy(2, paused_after_the_shift());
    tale.answer(HookAction::Rollback);
    tale.deploy(2, with(Strategy::BlueGreen));
    tale.pass(5);

    assert_eq!(statuses(&tale), [Successful, RollbackSuccessful, Successful]);
}

#[test]
fn history_is_kept_for_ninety_days() {
    let mut tale = Tale::begin();
    tale.deploy(2, with(Strategy::BlueGreen));
    tale.pass(80 * 24 * 60);
    tale.deploy(3, with(Strategy::BlueGreen));
    tale.pass(20 * 24 * 60);
    tale.deploy(4, with(Strategy::BlueGreen));

    assert_eq!(tale.service.deployments().len(), 2);
}
