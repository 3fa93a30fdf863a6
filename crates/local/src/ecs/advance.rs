//! What moves a deployment on: one step at a time, until nothing more can be done now.

use super::deployment::{DEPLOYMENT_LIMIT, Deployment, STAGE_LIMIT, World, later};
use super::event::Progress;
use super::failure::Failure;
use super::{HookStatus, ServiceDeploymentStatus, rollback, rolling, staged};

impl Deployment {
    /// Moves as far as it can go at this time.
    pub(super) fn settle(&mut self, world: &mut World<'_>) {
        if self.superseded && !self.status.is_final() {
            self.finish(
                ServiceDeploymentStatus::Stopped,
                format!("ECS deployment {} was stopped by a newer deployment.", self.id),
                world,
            );
        }
        while self.advance(world) {}
    }

    /// One step; whether there may be another.
    fn advance(&mut self, world: &mut World<'_>) -> bool {
        match self.status {
            ServiceDeploymentStatus::Pending => self.start(world),
            ServiceDeploymentStatus::InProgress => return self.go_on(world),
            ServiceDeploymentStatus::RollbackRequested => rollback::begin(self, world),
            ServiceDeploymentStatus::RollbackInProgress => return rollback::go_on(self, world),
            ServiceDeploymentStatus::StopRequested => {
                let reason = self.reason.clone().unwrap_or_default();
                if self.is_rolling() {
                    rolling::halt(self, world);
                }
                self.finish(ServiceDeploymentStatus::Stopped, reason, world);
            }
            _ => return false,
        }
        true
    }

    fn start(&mut self, world: &mut World<'_>) {
        self.status = ServiceDeploymentStatus::InProgress;
        self.started_at = Some(world.now);
        self.since = world.now;
        self.updated_at = world.now;
        self.source = world.fleets.last_good();
        self.sources = world.fleets.active().map(|fleet| fleet.revision).collect();
        self.ignored_alarms = world.ringing.to_vec();
        self.tell(Progress::Begun, &format!("ECS deployment {} in progress.", self.id), world);

        if self.is_rolling() {
            rolling::start(self, world);
        } else {
            staged::start(self, world);
        }
    }

    fn go_on(&mut self, world: &mut World<'_>) -> bool {
        self.expire_hooks(world.identity, world.events, world.now);
        if self.status != ServiceDeploymentStatus::InProgress {
            return true;
        }
        match self.failure(world) {
            Some(Failure::Rollback(reason)) => {
                self.request_rollback(reason, world.now);
                return true;
            }
            Some(Failure::Stop(reason)) => {
                self.status = ServiceDeploymentStatus::StopRequested;
                self.reason = Some(reason);
                return true;
            }
            None => {}
        }

        if self.is_rolling() {
            rolling::go_on(self, world)
        } else {
            !self.has_waiting_hook() && staged::go_on(self, world)
        }
    }

    /// What speaks against going on now.
    fn failure(&mut self, world: &World<'_>) -> Option<Failure> {
        let rang = self.new_alarms(world.ringing);
        if !rang.is_empty() {
            let reason = format!("Service deployment alarm rang: {}.", rang.join(", "));
            self.triggered_alarms = rang;
            return Some(Failure::new(self.configuration.alarms.rollback, reason));
        }

        let started = self.started_at.unwrap_or(self.created_at);
        if world.now >= later(started, DEPLOYMENT_LIMIT) {
            let reason = "The deployment took more than 30 days.".to_owned();
            return Some(Failure::Rollback(reason));
        }
        if self.is_rolling() {
            return rolling::failure(self, world);
        }
        if self.has_waiting_hook() || staged::bakes_until(self).is_some() {
            return None;
        }
        let stage = self.stage?;
        (world.now >= later(self.since, STAGE_LIMIT))
            .then(|| Failure::Rollback(format!("The stage {stage} took more than 24 hours.")))
    }

    /// Alarms of this deployment that ring now and did not when it started.
    fn new_alarms(&self, ringing: &[String]) -> Vec<String> {
        let alarms = &self.configuration.alarms;
        if !alarms.enable {
            return Vec::new();
        }
        let names = ringing.iter();
        names
            .filter(|name| alarms.names.contains(name) && !self.ignored_alarms.contains(name))
            .cloned()
            .collect()
    }

    /// Gives up on every pause: the deployment is going back.
    pub(super) fn abandon_hooks(&mut self, world: &mut World<'_>) {
        self.close_hooks(HookStatus::Failed, |_| true, world.identity, world.events, world.now);
    }
}
