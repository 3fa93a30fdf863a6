//! Rolling deployments: task by task, in one target group, with a circuit breaker.
//!
//! `minimumHealthyPercent` is 100 and `maximumPercent` 200, ECS's defaults for a replica service.

use super::ServiceDeploymentStatus;
use super::deployment::{Deployment, World};
use super::failure::Failure;

pub(super) fn start(deployment: &mut Deployment, world: &mut World<'_>) {
    let fleets = &mut *world.fleets;
    fleets.test(None);
    fleets.order(deployment.target, fleets.desired);
    fleets.give_way(deployment.target);
}

/// Lets the old tasks give way to the new ones; whether the deployment came to its end.
pub(super) fn go_on(deployment: &mut Deployment, world: &mut World<'_>) -> bool {
    let target = deployment.target;
    let fleets = &mut *world.fleets;
    fleets.give_way(target);
    fleets.spread();
    if fleets.is_whole(target) && !fleets.has_company(Some(target)) {
        // The old tasks are on their way out: a newer deployment must not start from them.
        fleets.primary = Some(target);
    }
    if !fleets.is_whole(target) || !fleets.is_alone(Some(target)) {
        return false;
    }

    fleets.shift(None, target, crate::plant::Share::ALL);
    let reason = format!("ECS deployment {} completed.", deployment.id);
    deployment.finish(ServiceDeploymentStatus::Successful, reason, world);
    true
}

/// Starts no more tasks of the new revision; those that are healthy stay.
pub(super) fn halt(deployment: &Deployment, world: &mut World<'_>) {
    let fleets = &mut *world.fleets;
    let healthy = fleets.seen(deployment.target).map_or(0, |seen| seen.healthy);
    if healthy == 0 {
        fleets.retire(deployment.target);
    } else {
        fleets.order(deployment.target, healthy.min(fleets.desired));
    }
    fleets.spread();
}

/// Whether too many tasks failed in a row.
pub(super) fn failure(deployment: &mut Deployment, world: &World<'_>) -> Option<Failure> {
    let configuration = deployment.configuration.circuit_breaker;
    let seen = world.fleets.seen(deployment.target)?;
    let breaker = &mut deployment.breaker;
    if seen.healthy > breaker.healthy {
        // `resetOnHealthyTask`, ECS's default: a task that came up forgives those before it.
        breaker.forgiven = seen.failed;
    }
    breaker.healthy = seen.healthy;
    breaker.failures = seen.failed.saturating_sub(breaker.forgiven);
    if !configuration.enable
        || breaker.failures < configuration.threshold.tasks(world.fleets.desired)
    {
        return None;
    }

    breaker.triggered = true;
    let why = seen.reason.as_deref().unwrap_or("task failed to start");
    let reason = format!("ECS deployment circuit breaker: {why}.");
    // "If no deployment ever completed, there is nothing to roll back to": it is stopped.
    let rollback = configuration.rollback && deployment.source.is_some();
    Some(Failure::new(rollback, reason))
}
