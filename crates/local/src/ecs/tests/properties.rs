//! Whatever is asked of a service and whatever its tasks do, these hold after every input.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{
    Just, ProptestConfig, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::strategy::Strategy as Generator;
use std::collections::{BTreeMap, BTreeSet};

use super::tale::{create, task_definition};
use crate::ecs::{
    Alarms, Canary, CircuitBreaker, DeploymentConfiguration, Hook, HookAction, HookStatus,
    LifecycleStage, Linear, Service, ServiceDeployment, ServiceDeploymentStatus, StopType,
    Strategy, Threshold, UpdateService,
};
use crate::plant::{Share, Standing};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Input {
    Deploy(u32, DeploymentConfiguration),
    Force,
    Scale(u32),
    Answer(usize, HookAction),
    Stop(usize),
    Ring(bool),
    /// The plant obeys, but so many tasks of every revision are not healthy, or failed.
    Look {
        unhealthy: u32,
        failed: u32,
    },
    /// The plant obeys to the letter.
    Obey,
    Pass(i64),
}

fn strategy() -> impl Generator<Value = DeploymentConfiguration> {
    let stages = prop::sample::subsequence(
        LifecycleStage::ALL.into_iter().filter(|it| it.may_pause()).collect::<Vec<_>>(),
        0..4,
    );
    let kind = prop::sample::select(vec![
        Strategy::Rolling,
        Strategy::BlueGreen,
        Strategy::Linear,
        Strategy::Canary,
    ]);
    let action = prop::sample::select(vec![HookAction::Continue, HookAction::Rollback]);
    (kind, stages, 0..60_u32, 30..1000_u16, any::<[bool; 4]>(), action).prop_map(
        |(strategy, stages, minutes, share, flags, timeout_action)| {
            let lifecycle_hooks = if strategy == Strategy::Rolling {
                Vec::new()
            } else {
                let pause = |stage| Hook {
                    stages: vec![stage],
                    timeout_minutes: minutes.max(1),
                    timeout_action,
                };
                stages.into_iter().map(pause).collect()
            };
            let [enable, rollback, breaks, breaker_rolls_back] = flags;
            DeploymentConfiguration {
                strategy,
                bake_time_minutes: minutes,
                canary: (strategy == Strategy::Canary)
                    .then_some(Canary { percent: Share(share), bake_minutes: minutes }),
                linear: (strategy == Strategy::Linear)
                    .then_some(Linear { step_percent: Share(share), step_bake_minutes: minutes }),
                lifecycle_hooks,
                alarms: Alarms { names: vec!["5xx".to_owned()], enable, rollback },
                circuit_breaker: CircuitBreaker {
                    enable: breaks,
                    rollback: breaker_rolls_back,
                    threshold: Threshold::Count(3),
                },
            }
        },
    )
}

fn input() -> impl Generator<Value = Input> {
    let action = prop::sample::select(vec![HookAction::Continue, HookAction::Rollback]);
    prop_oneof![
        3 => (1..5_u32, strategy()).prop_map(|(number, it)| Input::Deploy(number, it)),
        1 => Just(Input::Force),
        1 => (0..4_u32).prop_map(Input::Scale),
        4 => (0..3_usize, action).prop_map(|(which, action)| Input::Answer(which, action)),
        1 => (0..3_usize).prop_map(Input::Stop),
        1 => any::<bool>().prop_map(Input::Ring),
        4 => (0..3_u32, 0..4_u32).prop_map(|(unhealthy, failed)| Input::Look { unhealthy, failed }),
        12 => Just(Input::Obey),
        5 => prop_oneof![0..90_i64, -10..0_i64, Just(25 * 60)].prop_map(Input::Pass),
    ]
}

/// A service, a plant, and what was true before.
struct Trial {
    service: Service,
    now: Timestamp,
    rings: bool,
    failed: BTreeMap<String, u32>,
    standing: Vec<Standing>,
    before: Vec<ServiceDeployment>,
    shares: BTreeMap<String, Share>,
}

impl Trial {
    fn new() -> Self {
        let now = "2026-03-01T10:00:00Z".parse().unwrap();
        Self {
            service: Service::create(create(), now).unwrap(),
            now,
            rings: false,
            failed: BTreeMap::new(),
            standing: Vec::new(),
            before: Vec::new(),
            shares: BTreeMap::new(),
        }
    }

    fn apply(&mut self, input: &Input) {
        let Self { service, now, .. } = self;
        match input {
            Input::Deploy(number, configuration) => {
                let update = UpdateService {
                    task_definition: Some(task_definition(*number)),
                    deployment_configuration: Some(configuration.clone()),
                    ..Default::default()
                };
                let _ = service.update(update, *now);
            }
            Input::Force => {
                let force = UpdateService { force_new_deployment: true, ..Default::default() };
                let _ = service.update(force, *now);
            }
            Input::Scale(count) => {
                let scale = UpdateService { desired_count: Some(*count), ..Default::default() };
                service.update(scale, *now).unwrap();
            }
            Input::Answer(which, action) => {
                let deployment = service.deployments().swap_remove(0);
                if let Some(hook) = deployment.lifecycle_hook_details.iter().rev().nth(*which) {
                    let (arn, hook) = (&deployment.arn, &hook.hook_id);
                    let _ = service.continue_deployment(arn, hook, *action, *now);
                }
            }
            Input::Stop(which) => {
                if let Some(deployment) = service.deployments().get(*which) {
                    let _ = service.stop(&deployment.arn, StopType::Rollback, *now);
                }
            }
            Input::Ring(rings) => self.rings = *rings,
            Input::Look { unhealthy, failed } => self.look(*unhealthy, *failed),
            Input::Obey => self.look(0, 0),
            Input::Pass(minutes) => {
                *now = now.checked_add(SignedDuration::from_mins(*minutes)).unwrap();
                service.tick(*now);
            }
        }
    }

    fn look(&mut self, unhealthy: u32, failed: u32) {
        let orders = self.service.orders();
        let wanted = orders.revisions.into_iter().filter(|it| it.tasks > 0);
        self.standing = wanted
            .map(|order| {
                let count = self.failed.entry(order.revision.clone()).or_default();
                *count += failed;
                Standing {
                    pending: unhealthy.min(order.tasks),
                    running: order.tasks.saturating_sub(unhealthy),
                    healthy: order.tasks.saturating_sub(unhealthy),
                    failed: *count,
                    reason: None,
                    revision: order.revision,
                }
            })
            .collect();
        let ringing = if self.rings { vec!["5xx".to_owned()] } else { Vec::new() };
        self.service.observe(&self.standing, &ringing, self.now);
    }

    fn check(&mut self) {
        let service = &self.service;
        let orders = service.orders();
        for shares in [&orders.production, &orders.test] {
            let total: u16 = shares.iter().map(|(_, share)| share.0).sum();
            assert!(shares.is_empty() || total == Share::ALL.0, "{shares:?} are not all");
            for (arn, _) in shares {
                let has_tasks =
                    orders.revisions.iter().any(|it| it.revision == *arn && it.tasks > 0);
                assert!(has_tasks, "{arn} gets traffic and has no tasks");
            }
        }

        let deployments = service.deployments();
        let under_way: Vec<_> = deployments.iter().filter(|it| begun(it.status)).collect();
        assert!(under_way.len() <= 1, "two deployments are in progress");
        for before in &self.before {
            let now = deployments.iter().find(|it| it.arn == before.arn).expect("is remembered");
            assert!(follows(before.status, now.status), "{} to {}", before.status, now.status);
            assert!(!before.status.is_final() || before == now, "{before:?} moved to {now:?}");
        }
        if let Some(deployment) = under_way.first() {
            self.check_green(deployment);
        }

        if service.next_wake().is_none() {
            assert!(deployments[0].status.is_final(), "it waits for nothing");
        }
        let revisions = service.describe().current_service_revisions.into_iter();
        self.shares =
            revisions.map(|it| (it.arn, it.requested_production_traffic_weight)).collect();
        self.before = deployments;
    }

    /// Green's production share rises only when it is judged and whole.
    fn check_green(&self, deployment: &ServiceDeployment) {
        let green = &deployment.target_service_revision;
        let share = green.requested_production_traffic_weight;
        let before = self.shares.get(&green.arn).copied().unwrap_or_default();
        let staged = deployment.deployment_configuration.strategy != Strategy::Rolling;
        if !staged || share <= before {
            return;
        }
        let stage = deployment.lifecycle_stage.expect("it has begun");
        // A step without a bake is followed at once by the pause before the next one.
        assert!(stage >= LifecycleStage::PreProductionTrafficShift, "traffic at {stage}");
        let standing = self.standing.iter().find(|it| it.revision == green.arn);
        let healthy = standing.map_or(0, |it| it.healthy);
        assert!(healthy >= self.service.describe().desired_count, "traffic on a part of green");
        for hook in &deployment.lifecycle_hook_details {
            let judged = hook.status == HookStatus::Succeeded
                || (hook.status == HookStatus::TimedOut
                    && hook.timeout_action == HookAction::Continue);
            let later = hook.stage >= stage.min(LifecycleStage::PostProductionTrafficShift);
            assert!(judged || later, "traffic before {hook:?}");
        }
    }
}

fn begun(status: ServiceDeploymentStatus) -> bool {
    use ServiceDeploymentStatus::{InProgress, RollbackInProgress};
    matches!(status, InProgress | RollbackInProgress)
}

fn follows(before: ServiceDeploymentStatus, now: ServiceDeploymentStatus) -> bool {
    use ServiceDeploymentStatus as Status;
    let rank = |status| match status {
        Status::Pending => 0,
        Status::InProgress => 1,
        Status::StopRequested | Status::RollbackRequested => 2,
        Status::RollbackInProgress => 3,
        _ => 4,
    };
    before == now || rank(before) < rank(now)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_invariants_hold_after_every_input(inputs in prop::collection::vec(input(), 1..60)) {
        let mut trial = Trial::new();
        trial.look(0, 0);
        trial.check();
        for input in &inputs {
            trial.apply(input);
            trial.check();
        }
    }

    #[test]
    fn every_deployment_ends(
        inputs in prop::collection::vec(input(), 1..40),
        unhealthy in 0..3_u32,
    ) {
        let mut trial = Trial::new();
        for input in &inputs {
            trial.apply(input);
        }
        let latest = trial.now.max(trial.service.next_wake().unwrap_or(trial.now));
        trial.now = latest;
        let bound = latest.checked_add(SignedDuration::from_hours(33 * 24)).unwrap();
        while let Some(wake) = trial.service.next_wake() {
            trial.now = trial.now.max(wake);
            prop_assert!(trial.now <= bound, "{:?}", trial.service.deployments()[0]);
            trial.look(unhealthy, 0);
            trial.look(unhealthy, 0);
        }
        let statuses: BTreeSet<_> =
            trial.service.deployments().iter().map(|it| it.status.is_final()).collect();
        prop_assert_eq!(statuses, BTreeSet::from([true]));
    }

    #[test]
    fn a_service_read_back_goes_on_as_if_nothing_had_been(
        first in prop::collection::vec(input(), 1..30),
        then in prop::collection::vec(input(), 1..30),
    ) {
        let mut trial = Trial::new();
        for input in &first {
            trial.apply(input);
        }
        let written = serde_json::to_string(&trial.service).unwrap();
        let mut other = Trial {
            service: serde_json::from_str(&written).unwrap(),
            failed: trial.failed.clone(),
            rings: trial.rings,
            now: trial.now,
            ..Trial::new()
        };
        for input in &then {
            trial.apply(input);
            other.apply(input);
            prop_assert_eq!(trial.service.orders(), other.service.orders());
            prop_assert_eq!(trial.service.take_events(), other.service.take_events());
        }
        prop_assert_eq!(trial.service, other.service);
    }
}
