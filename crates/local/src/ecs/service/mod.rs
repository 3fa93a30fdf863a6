//! The service: what it is told, and what it orders.

mod calls;
mod read;

pub use calls::{CreateService, StopType, UpdateService};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::deployment::{DEPLOYMENT_LIMIT, Deployment, STAGE_LIMIT, World, later};
use super::fleets::Fleets;
use super::identity::Identity;
use super::{
    DeploymentConfiguration, EcsEvent, Revision, ServiceDeploymentStatus, TaskDefinition, event,
    staged,
};
use crate::plant::{Orders, Standing};

/// An ECS service and its service deployments. See the [module](crate::ecs).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    identity: Identity,
    task_definition: TaskDefinition,
    configuration: DeploymentConfiguration,
    fleets: Fleets,
    /// Oldest first; the newest is the last that was asked for.
    revisions: Vec<Revision>,
    /// Oldest first; only the newest may be under way.
    deployments: Vec<Deployment>,
    ringing: Vec<String>,
    events: Vec<EcsEvent>,
    created_at: Timestamp,
    /// The latest time it was told. Time that goes back is taken for this one.
    clock: Timestamp,
    /// Something was asked for that the next look will begin.
    is_asked: bool,
    is_steady: bool,
    revisions_made: u32,
    deployments_made: u32,
    hooks_opened: u32,
}

impl Service {
    /// Takes note of what stands and what rings, and goes as far as can be gone.
    pub fn observe(&mut self, standings: &[Standing], ringing_alarms: &[String], now: Timestamp) {
        self.fleets.see(standings, &self.revisions);
        if self.ringing != ringing_alarms {
            self.ringing = ringing_alarms.to_vec();
        }
        self.tick(now);
    }

    /// Goes as far as can be gone at this time, by what was last observed.
    pub fn tick(&mut self, now: Timestamp) {
        self.clock = self.clock.max(now);
        self.is_asked = false;
        let Self { deployments, identity, fleets, events, ringing, hooks_opened, .. } = self;
        let mut world = World { identity, fleets, events, ringing, hooks_opened, now: self.clock };
        // Those that were superseded first, then the newest.
        for deployment in deployments.iter_mut().filter(|it| !it.status.is_final()) {
            deployment.settle(&mut world);
            world.fleets.forget_gone();
        }
        self.conclude();
    }

    /// When it must be looked at again though nothing happened.
    pub fn next_wake(&self) -> Option<Timestamp> {
        if self.is_asked {
            return Some(self.clock);
        }
        let deployment = self.deployments.last().filter(|it| !it.status.is_final())?;
        let end = later(deployment.started_at.unwrap_or(deployment.created_at), DEPLOYMENT_LIMIT);
        if deployment.status != ServiceDeploymentStatus::InProgress {
            return Some(later(deployment.since, STAGE_LIMIT));
        }
        let waiting = deployment.hooks.iter().filter(|hook| hook.waits());
        let own = if deployment.is_rolling() {
            end
        } else if let Some(first) = waiting.map(|hook| hook.expires_at).min() {
            first
        } else {
            let limit = later(deployment.since, STAGE_LIMIT);
            staged::bakes_until(deployment).map_or(limit, |baked| baked.min(limit))
        };
        Some(own.min(end))
    }

    /// What should stand now.
    pub fn orders(&self) -> Orders {
        self.fleets.orders(&self.revisions)
    }

    /// What ECS told the event bus since this was last asked.
    pub fn take_events(&mut self) -> Vec<EcsEvent> {
        std::mem::take(&mut self.events)
    }

    /// What follows from a deployment's end: what the service should run, and whether it is steady.
    fn conclude(&mut self) {
        let Some(newest) = self.deployments.last().filter(|it| it.status.is_final()) else {
            return;
        };
        if newest.status == ServiceDeploymentStatus::RollbackSuccessful
            && let Some(source) = newest.source
            && let Some(revision) = self.revisions.iter().rev().find(|it| it.number == source)
            && revision.task_definition != self.task_definition
        {
            self.task_definition = revision.task_definition.clone();
        }

        self.fleets.forget_gone();
        let steady = self
            .fleets
            .primary
            .is_some_and(|it| self.fleets.is_whole(it) && self.fleets.is_alone(Some(it)));
        if steady && !self.is_steady {
            self.events.push(event::steady_state(&self.identity, self.clock));
        }
        self.is_steady = steady;
    }
}
