//! A service with an obedient plant, and the timeline a person would keep of it.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::ecs::{
    CreateService, DeploymentConfiguration, EcsEvent, HookAction, Service, ServiceDeployment,
    ServiceDeploymentStatus, StopType, Strategy, TaskDefinition, UpdateService,
};
use crate::plant::Standing;

/// How a revision's tasks behave, by task definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Good,
    Starting,
    Failing,
}

/// A service, the tasks it ordered, and what was written down.
pub(super) struct Tale {
    pub service: Service,
    pub now: Timestamp,
    pub ringing: Vec<String>,
    pub events: Vec<EcsEvent>,
    health: BTreeMap<u32, Health>,
    failed: BTreeMap<String, u32>,
    lines: Vec<String>,
    begin: Timestamp,
}

pub(super) fn task_definition(number: u32) -> TaskDefinition {
    TaskDefinition::new(
        format!("arn:aws:ecs:eu-central-1:000000000000:task-definition/checkout:{number}"),
        format!("ghcr.io/acme/checkout@sha256:{number:064}"),
    )
}

pub(super) fn create() -> CreateService {
    CreateService {
        name: "checkout".to_owned(),
        cluster: "shop".to_owned(),
        region: "eu-central-1".to_owned(),
        account: "000000000000".to_owned(),
        task_definition: task_definition(1),
        desired_count: 2,
        deployment_configuration: DeploymentConfiguration::default(),
        has_load_balancer: true,
        has_test_listener: true,
    }
}

pub(super) fn with(strategy: Strategy) -> DeploymentConfiguration {
    DeploymentConfiguration { strategy, bake_time_minutes: 5, ..Default::default() }
}

impl Tale {
    /// A service whose first revision serves.
    pub(super) fn begin() -> Self {
        let mut tale = Self::create();
        tale.run();
        tale.lines.clear();
        tale.events.clear();
        tale
    }

    /// A service that was just made.
    pub(super) fn create() -> Self {
        let begin: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        Self {
            service: Service::create(create(), begin).unwrap(),
            now: begin,
            ringing: Vec::new(),
            events: Vec::new(),
            health: BTreeMap::new(),
            failed: BTreeMap::new(),
            lines: Vec::new(),
            begin,
        }
    }

    pub(super) fn deploy(&mut self, number: u32, configuration: DeploymentConfiguration) {
        let update = UpdateService {
            task_definition: Some(task_definition(number)),
            deployment_configuration: Some(configuration),
            ..Default::default()
        };
        self.service.update(update, self.now).unwrap();
        self.run();
    }

    pub(super) fn behave(&mut self, number: u32, health: Health) {
        self.health.insert(number, health);
    }

    /// Lets the plant obey and the service look, until nothing changes any more.
    pub(super) fn run(&mut self) {
        for _ in 0..200 {
            let before = (self.service.clone(), self.standing());
            self.look();
            if (self.service.clone(), self.standing()) == before {
                return;
            }
        }
        panic!("the service never comes to rest");
    }

    /// One look.
    pub(super) fn look(&mut self) {
        let standing = self.standing();
        self.service.observe(&standing, &self.ringing, self.now);
        self.events.extend(self.service.take_events());
        let line = self.line();
        if self.lines.last().is_none_or(|last| last[7..] != line[7..]) {
            self.lines.push(line);
        }
    }

    /// Lets time pass, waking the service when it asked to be woken.
    pub(super) fn pass(&mut self, minutes: i64) {
        let until = self.now.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        while let Some(wake) = self.service.next_wake().filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            self.run();
        }
        self.now = until;
        self.run();
    }

    pub(super) fn ring(&mut self, alarm: &str) {
        self.ringing.push(alarm.to_owned());
        self.run();
    }

    pub(super) fn deployment(&self) -> ServiceDeployment {
        self.service.deployments().swap_remove(0)
    }

    pub(super) fn status(&self) -> ServiceDeploymentStatus {
        self.deployment().status
    }

    /// Answers the first hook that waits.
    pub(super) fn answer(&mut self, action: HookAction) {
        let deployment = self.deployment();
        let hook = deployment.lifecycle_hook_details.iter().find(|hook| hook.waits());
        let hook_id = &hook.expect("a hook waits").hook_id;
        self.service.continue_deployment(&deployment.arn, hook_id, action, self.now).unwrap();
        self.run();
    }

    pub(super) fn stop(&mut self) {
        let arn = self.deployment().arn;
        self.service.stop(&arn, StopType::Rollback, self.now).unwrap();
        self.run();
    }

    /// The timeline: minute, status, stage; then of each revision its tasks and production share,
    /// and `test` where the test listener leads.
    pub(super) fn told(&self) -> String {
        self.lines.join("\n")
    }

    /// What the bus was told, by name.
    pub(super) fn event_names(&self) -> Vec<String> {
        let names = self.events.iter().map(|event| event.detail["eventName"].as_str().unwrap());
        names.map(str::to_owned).collect()
    }

    fn number_of(&self, arn: &str) -> u32 {
        let revision = self.service.revision(arn).unwrap();
        revision.task_definition.arn.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// What an obedient plant shows: what is ordered stands, what is not is gone.
    fn standing(&mut self) -> Vec<Standing> {
        let orders = self.service.orders();
        let wanted: Vec<_> = orders.revisions.iter().filter(|it| it.tasks > 0).collect();
        let mut standings = Vec::new();
        for order in wanted {
            let health = self.health.get(&self.number_of(&order.revision));
            let tasks = order.tasks;
            let failed = self.failed.entry(order.revision.clone()).or_default();
            let (running, pending) = match health.unwrap_or(&Health::Good) {
                Health::Good => (tasks, 0),
                Health::Starting => (0, tasks),
                Health::Failing => {
                    *failed = (*failed + 1).min(9);
                    (0, tasks)
                }
            };
            standings.push(Standing {
                revision: order.revision.clone(),
                pending,
                running,
                healthy: running,
                failed: *failed,
                reason: None,
            });
        }
        standings
    }

    fn line(&self) -> String {
        let minutes = self.now.duration_since(self.begin).as_mins();
        let deployment = self.deployment();
        let stage = deployment.lifecycle_stage.map_or("", |stage| stage.as_str());
        let orders = self.service.orders();
        let mut line = format!("{minutes:>5}m {} {stage}", deployment.status);
        for order in &orders.revisions {
            let share = orders.production.iter().find(|(arn, _)| *arn == order.revision);
            let number = self.number_of(&order.revision);
            let _ = write!(line, " | {number}: {}", order.tasks);
            if let Some((_, share)) = share {
                let _ = write!(line, " {share}");
            }
            if orders.test.iter().any(|(arn, _)| *arn == order.revision) {
                line.push_str(" test");
            }
        }
        line
    }
}
