//! Calls that ECS refuses, with its error names.

use super::tale::{Tale, create, task_definition, with};
use crate::ecs::{
    Canary, CreateService, DeploymentConfiguration, ErrorCode, Hook, LifecycleStage, Linear,
    Service, Strategy, TaskDefinition, UpdateService,
};
use crate::plant::Share;

/// What `UpdateService` says to a configuration, for a service with a load balancer or without.
fn refusal(configuration: DeploymentConfiguration, has_load_balancer: bool) -> String {
    let created = CreateService { has_load_balancer, ..create() };
    let tale = Tale::begin();
    let mut service = Service::create(created, tale.now).unwrap();
    let before = service.clone();
    let update = UpdateService {
        task_definition: Some(task_definition(2)),
        deployment_configuration: Some(configuration),
        ..Default::default()
    };

    let refused = service.update(update, tale.now).unwrap_err();
    assert_eq!(service, before, "a refused call changes nothing");
    refused.to_string()
}

fn hooks(count: usize, hook: &Hook) -> DeploymentConfiguration {
    DeploymentConfiguration {
        lifecycle_hooks: vec![hook.clone(); count],
        ..with(Strategy::BlueGreen)
    }
}

#[test]
fn a_configuration_that_cannot_be_is_refused_with_the_field_and_the_bound() {
    let pause = Hook::pause(LifecycleStage::PostTestTrafficShift);
    let endless = Hook { timeout_minutes: 20_161, ..pause.clone() };
    let nowhere = Hook { stages: Vec::new(), ..pause.clone() };
    let canary = |percent, bake_minutes| DeploymentConfiguration {
        canary: Some(Canary { percent: Share(percent), bake_minutes }),
        ..with(Strategy::Canary)
    };
    let linear = |percent| DeploymentConfiguration {
        linear: Some(Linear { step_percent: Share(percent), step_bake_minutes: 1 }),
        ..with(Strategy::Linear)
    };
    let bake = DeploymentConfiguration { bake_time_minutes: 1441, ..Default::default() };
    let mixed = DeploymentConfiguration { strategy: Strategy::BlueGreen, ..canary(10, 1) };
    let rolling = DeploymentConfiguration { strategy: Strategy::Rolling, ..hooks(1, &pause) };

    let refusals = [
        refusal(hooks(1, &Hook::pause(LifecycleStage::TestTrafficShift)), true),
        refusal(hooks(1, &Hook::pause(LifecycleStage::ProductionTrafficShift)), true),
        refusal(hooks(1, &Hook::pause(LifecycleStage::BakeTime)), true),
        refusal(hooks(11, &pause), true),
        refusal(hooks(1, &endless), true),
        refusal(hooks(1, &nowhere), true),
        refusal(hooks(1, &pause), false),
        refusal(rolling, true),
        refusal(canary(0, 1), true),
        refusal(canary(1001, 1), true),
        refusal(canary(10, 1441), true),
        refusal(linear(29), true),
        refusal(linear(100), false),
        refusal(mixed, true),
        refusal(bake, true),
    ];

    insta::assert_snapshot!(refusals.join("\n"), @"
    InvalidParameterException: a PAUSE hook cannot stand at TEST_TRAFFIC_SHIFT
    InvalidParameterException: a PAUSE hook cannot stand at PRODUCTION_TRAFFIC_SHIFT
    InvalidParameterException: a PAUSE hook cannot stand at BAKE_TIME
    InvalidParameterException: there are 11 pause hooks and at most 10 are allowed
    InvalidParameterException: timeoutConfiguration.timeoutInMinutes is 20161 and must be from 1 to 20160
    InvalidParameterException: a lifecycle hook names no stage
    InvalidParameterException: lifecycle hooks need a load balancer
    InvalidParameterException: a rolling deployment has no lifecycle hooks
    InvalidParameterException: canaryConfiguration.canaryPercent is 0 and must be from 0.1 to 100
    InvalidParameterException: canaryConfiguration.canaryPercent is 100.1 and must be from 0.1 to 100
    InvalidParameterException: canaryConfiguration.canaryBakeTimeInMinutes is 1441 and must be from 0 to 1440
    InvalidParameterException: linearConfiguration.stepPercent is 2.9 and must be from 3 to 100
    InvalidParameterException: the deployment strategy LINEAR shifts traffic and needs a load balancer
    InvalidParameterException: canaryConfiguration goes with the strategy CANARY, not BLUE_GREEN
    InvalidParameterException: bakeTimeInMinutes is 1441 and must be from 0 to 1440
    ");
}

#[test]
fn five_deployments_may_be_under_way_and_no_more() {
    let mut tale = Tale::begin();
    let mut force = || {
        let force = UpdateService { force_new_deployment: true, ..Default::default() };
        tale.service.update(force, tale.now).map_err(|error| error.code)
    };
    for _ in 0..5 {
        assert_eq!(force(), Ok(()));
    }

    assert_eq!(force(), Err(ErrorCode::InvalidParameterException));
}

#[test]
fn a_task_definition_without_an_image_is_refused() {
    let mut tale = Tale::begin();
    let nothing = TaskDefinition::new("", "");
    let update = UpdateService { task_definition: Some(nothing), ..Default::default() };

    let refused = tale.service.update(update, tale.now).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ClientException);
}
