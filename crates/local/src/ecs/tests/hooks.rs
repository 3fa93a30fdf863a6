//! Pauses: waiting, answered, timed out.

use super::tale::{Tale, with};
use crate::ecs::{
    DeploymentConfiguration, DetailType, ErrorCode, Hook, HookAction, HookStatus, LifecycleStage,
    Linear, ServiceDeploymentStatus, StopType, Strategy,
};
use crate::plant::Share;

fn pausing(strategy: Strategy, stages: &[LifecycleStage]) -> DeploymentConfiguration {
    let lifecycle_hooks = stages.iter().map(|stage| Hook::pause(*stage)).collect();
    DeploymentConfiguration { lifecycle_hooks, ..with(strategy) }
}

const JUDGED: [LifecycleStage; 3] = [
    LifecycleStage::PostTestTrafficShift,
    LifecycleStage::PreProductionTrafficShift,
    LifecycleStage::PostProductionTrafficShift,
];

#[test]
fn every_pause_holds_its_stage_until_continued() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &JUDGED));
    for _ in JUDGED {
        tale.pass(10);
        tale.answer(HookAction::Continue);
    }
    tale.pass(5);

    insta::assert_snapshot!(tale.told(), @"
     0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
     0m IN_PROGRESS POST_TEST_TRAFFIC_SHIFT | 1: 2 100% | 2: 2 test
    10m IN_PROGRESS PRE_PRODUCTION_TRAFFIC_SHIFT | 1: 2 100% | 2: 2 test
    20m IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100% test
    30m IN_PROGRESS BAKE_TIME | 1: 2 | 2: 2 100% test
    35m IN_PROGRESS CLEAN_UP | 1: 0 | 2: 2 100% test
    35m SUCCESSFUL CLEAN_UP | 2: 2 100% test
    ");
}

#[test]
fn a_linear_deployment_pauses_before_every_step_and_after_the_last() {
    let mut tale = Tale::begin();
    let linear = Some(Linear { step_percent: Share(500), step_bake_minutes: 3 });
    let configuration = pausing(Strategy::Linear, &JUDGED[1..]);
    tale.deploy(2, DeploymentConfiguration { linear, ..configuration });
    for _ in 0..3 {
        tale.pass(10);
        tale.answer(HookAction::Continue);
    }
    tale.pass(10);

    let hooks = tale.deployment().lifecycle_hook_details;
    let stages: Vec<_> = hooks.iter().map(|hook| hook.stage).collect();
    assert_eq!(stages, [JUDGED[1], JUDGED[1], JUDGED[2]]);
    assert_ne!(hooks[0].hook_id, hooks[1].hook_id, "each run has an id of its own");
    assert_eq!(tale.status(), ServiceDeploymentStatus::Successful);
}

#[test]
fn a_pause_told_to_roll_back_gives_green_no_production_traffic_ever() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &JUDGED));
    tale.answer(HookAction::Rollback);

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    0m IN_PROGRESS POST_TEST_TRAFFIC_SHIFT | 1: 2 100% | 2: 2 test
    0m ROLLBACK_IN_PROGRESS CLEAN_UP | 1: 2 100% | 2: 0
    0m ROLLBACK_SUCCESSFUL CLEAN_UP | 1: 2 100%
    ");
}

#[test]
fn a_forgotten_pause_rolls_back() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &JUDGED[2..]));
    tale.pass(1440);

    insta::assert_snapshot!(tale.told(), @"
       0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
       0m IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100% test
    1440m ROLLBACK_IN_PROGRESS CLEAN_UP | 1: 2 100% | 2: 0
    1440m ROLLBACK_SUCCESSFUL CLEAN_UP | 1: 2 100%
    ");
    assert_eq!(tale.deployment().lifecycle_hook_details[0].status, HookStatus::TimedOut);
}

#[test]
fn a_forgotten_pause_goes_on_where_it_was_told_so() {
    let mut tale = Tale::begin();
    let stages = vec![LifecycleStage::PreScaleUp];
    let timeout_action = HookAction::Continue;
    let lifecycle_hooks = vec![Hook { stages, timeout_minutes: 20_160, timeout_action }];
    let configuration = DeploymentConfiguration { lifecycle_hooks, ..with(Strategy::BlueGreen) };
    tale.deploy(2, configuration);
    tale.pass(20_159);
    assert_eq!(tale.deployment().lifecycle_stage, Some(LifecycleStage::PreScaleUp));
    tale.pass(6);

    assert_eq!(tale.status(), ServiceDeploymentStatus::Successful);
}

#[test]
fn all_hooks_of_a_stage_must_be_answered() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &[JUDGED[0], JUDGED[0]]));
    tale.answer(HookAction::Continue);
    assert_eq!(tale.deployment().lifecycle_stage, Some(JUDGED[0]));
    tale.answer(HookAction::Continue);

    assert_eq!(tale.deployment().lifecycle_stage, Some(LifecycleStage::BakeTime));
}

#[test]
fn one_hook_told_to_roll_back_wins_over_the_others_of_its_stage() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &[JUDGED[0], JUDGED[0], JUDGED[0]]));
    tale.answer(HookAction::Continue);
    tale.answer(HookAction::Rollback);

    let hooks = tale.deployment().lifecycle_hook_details;
    let statuses: Vec<_> = hooks.iter().map(|hook| hook.status).collect();
    assert_eq!(statuses, [HookStatus::Succeeded, HookStatus::Failed, HookStatus::Failed]);
    assert_eq!(tale.status(), ServiceDeploymentStatus::RollbackSuccessful);
}

#[test]
fn a_hook_is_answered_once_and_only_while_its_deployment_is_in_progress() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &JUDGED));
    let deployment = tale.deployment();
    let hook_id = deployment.lifecycle_hook_details[0].hook_id.clone();
    let answer = |tale: &mut Tale, arn: &str, hook_id: &str| {
        let now = tale.now;
        let answered = tale.service.continue_deployment(arn, hook_id, HookAction::Continue, now);
        answered.map_err(|error| error.code)
    };

    let unknown = answer(&mut tale, "arn:none", &hook_id);
    assert_eq!(unknown, Err(ErrorCode::ServiceDeploymentNotFoundException));
    let unknown = answer(&mut tale, &deployment.arn, "ecs-pause-none");
    assert_eq!(unknown, Err(ErrorCode::InvalidParameterException));
    assert_eq!(answer(&mut tale, &deployment.arn, &hook_id), Ok(()));
    let again = answer(&mut tale, &deployment.arn, &hook_id);
    assert_eq!(again, Err(ErrorCode::InvalidParameterException));
    tale.run();
    tale.stop();
    let late = answer(&mut tale, &deployment.arn, &hook_id);
    assert_eq!(late, Err(ErrorCode::InvalidParameterException));
}

#[test]
fn an_answer_that_comes_after_the_timeout_comes_too_late() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &JUDGED));
    let hook = tale.deployment().lifecycle_hook_details.swap_remove(0);
    tale.now = hook.expires_at;
    let arn = tale.deployment().arn;
    let answered =
        tale.service.continue_deployment(&arn, &hook.hook_id, HookAction::Continue, tale.now);
    tale.run();

    assert_eq!(answered.unwrap_err().code, ErrorCode::InvalidParameterException);
    assert_eq!(tale.status(), ServiceDeploymentStatus::RollbackSuccessful);
}

#[test]
fn a_stop_at_every_stage_ends_with_all_traffic_on_blue() {
    for stage in LifecycleStage::ALL.into_iter().filter(|stage| stage.may_pause()).skip(1) {
        let mut tale = Tale::begin();
        tale.deploy(2, pausing(Strategy::BlueGreen, &[stage]));
        assert_eq!(tale.deployment().lifecycle_stage, Some(stage));
        tale.stop();

        assert_eq!(tale.status(), ServiceDeploymentStatus::RollbackSuccessful, "{stage}");
        let orders = tale.service.orders();
        let blue = tale.service.describe().current_service_revisions[0].arn.clone();
        assert_eq!(orders.production, [(blue, Share::ALL)], "{stage}");
        assert_eq!(orders.revisions.len(), 1, "{stage}");
        assert!(orders.test.is_empty(), "{stage}");
    }
}

#[test]
fn a_stop_during_clean_up_brings_blue_back_before_it_gets_traffic() {
    let mut tale = Tale::begin();
    tale.deploy(2, with(Strategy::BlueGreen));
    tale.now = tale.service.next_wake().unwrap();
    tale.look();
    assert_eq!(tale.deployment().lifecycle_stage, Some(LifecycleStage::CleanUp));
    tale.stop();

    insta::assert_snapshot!(tale.told(), @"
    0m IN_PROGRESS SCALE_UP | 1: 2 100% | 2: 2
    0m IN_PROGRESS BAKE_TIME | 1: 2 | 2: 2 100% test
    5m IN_PROGRESS CLEAN_UP | 1: 0 | 2: 2 100% test
    5m ROLLBACK_IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT | 1: 2 | 2: 2 100%
    5m ROLLBACK_IN_PROGRESS CLEAN_UP | 1: 2 100% | 2: 0
    5m ROLLBACK_SUCCESSFUL CLEAN_UP | 1: 2 100%
    ");
}

#[test]
fn a_stop_is_heard_once_and_refused_when_it_is_over() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &JUDGED));
    let arn = tale.deployment().arn;
    let now = tale.now;
    let mut stop = |arn: &str, kind| tale.service.stop(arn, kind, now).map_err(|it| it.code);

    assert_eq!(stop(&arn, StopType::Abort), Err(ErrorCode::InvalidParameterException));
    assert_eq!(
        stop("arn:none", StopType::Rollback),
        Err(ErrorCode::ServiceDeploymentNotFoundException)
    );
    assert_eq!(stop(&arn, StopType::Rollback), Ok(()));
    assert_eq!(stop(&arn, StopType::Rollback), Ok(()), "it continues the rollback");
    assert_eq!(tale.status(), ServiceDeploymentStatus::RollbackRequested);
    tale.run();
    let over = tale.service.stop(&arn, StopType::Rollback, now);
    assert_eq!(over.unwrap_err().code, ErrorCode::ConflictException);
}

#[test]
fn a_hook_tells_the_bus_what_aws_would() {
    let mut tale = Tale::begin();
    tale.deploy(2, pausing(Strategy::BlueGreen, &JUDGED[..1]));
    tale.answer(HookAction::Continue);

    let hook: Vec<_> =
        tale.events.iter().filter(|event| event.detail_type == DetailType::Hook).collect();
    assert_eq!(hook[0].resources, [tale.deployment().arn]);
    assert_eq!(hook[1].detail["eventName"], "HOOK_SUCCEEDED");
    insta::assert_snapshot!(serde_json::to_string_pretty(&hook[0].detail).unwrap(), @r#"
    {
      "eventType": "INFO",
      "eventName": "HOOK_AWAITING_ACTION",
      "hookId": "ecs-pause-onrJoem0uZSAyX3vZcgfJ1",
      "hookType": "PAUSE",
      "expiresAt": "2026-03-02T10:00:00Z",
      "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT",
      "clusterArn": "arn:aws:ecs:eu-central-1:000000000000:cluster/shop",
      "serviceArn": "arn:aws:ecs:eu-central-1:000000000000:service/shop/checkout",
      "serviceDeploymentArn": "arn:aws:ecs:eu-central-1:000000000000:service-deployment/shop/checkout/IHzHtmJFhZK5JzJIJFLPN",
      "updatedAt": "2026-03-01T10:00:00Z"
    }
    "#);
}
