//! The way back to blue.

use super::LifecycleStage::{CleanUp, ProductionTrafficShift};
use super::ServiceDeploymentStatus::{RollbackFailed, RollbackInProgress, RollbackSuccessful};
use super::deployment::{Deployment, Rollback, STAGE_LIMIT, World, later};
use super::event::Progress;
use super::fleets::Fleets;
use super::revision::RevisionNumber;

pub(super) fn begin(deployment: &mut Deployment, world: &mut World<'_>) {
    let now = world.now;
    deployment.status = RollbackInProgress;
    deployment.since = now;
    deployment.updated_at = now;
    deployment.abandon_hooks(world);

    let reason = deployment.reason.clone().unwrap_or_default();
    if deployment.started_at.is_none() {
        deployment.source = world.fleets.last_good();
    }
    let source = deployment.source;
    deployment.rollback = Some(Rollback {
        reason: reason.clone(),
        started_at: Some(now),
        service_revision_arn: source.map(|source| world.identity.revision_arn(source.0)),
    });
    deployment.tell(Progress::Failed, &reason, world);
    let Some(source) = source else {
        let reason = format!("{reason} There is no earlier service revision to roll back to.");
        give_up(deployment, reason, world);
        return;
    };
    deployment.tell(
        Progress::Begun,
        &format!("ECS deployment {} is rolling back. {reason}", deployment.id),
        world,
    );

    world.fleets.order(source, world.fleets.desired);
    if !deployment.is_rolling() {
        let served = !world.fleets.serves_alone(source);
        deployment.stage = Some(if served { ProductionTrafficShift } else { CleanUp });
        world.fleets.test(None);
    }
}

/// Whether the rollback came to its end.
pub(super) fn go_on(deployment: &mut Deployment, world: &mut World<'_>) -> bool {
    let Some(source) = deployment.source else {
        return false;
    };
    let fleets = &mut *world.fleets;
    if deployment.is_rolling() {
        fleets.give_way(source);
        fleets.spread();
    } else if restore(Some(source), !deployment.cleaned_up, fleets) {
        deployment.stage = Some(CleanUp);
    }

    if fleets.serves_alone(source) && fleets.is_alone(Some(source)) && fleets.is_whole(source) {
        fleets.primary = Some(source);
        let reason = format!("ECS deployment {} was rolled back.", deployment.id);
        deployment.finish(RollbackSuccessful, reason, world);
        return true;
    }
    if world.now >= later(deployment.since, STAGE_LIMIT) {
        let reason = "The earlier service revision was not healthy within 24 hours.".to_owned();
        give_up(deployment, reason, world);
        return true;
    }
    false
}

/// Leaves everything as it stands. The next deployment starts from whoever carries the traffic now.
fn give_up(deployment: &mut Deployment, reason: String, world: &mut World<'_>) {
    let fleets = &mut *world.fleets;
    fleets.primary = fleets.foremost().or(deployment.source);
    deployment.finish(RollbackFailed, reason, world);
}

/// Gives all production traffic back to `blue`, then sends the others away; whether traffic is back.
///
/// A `warm` blue kept its tasks and takes traffic as soon as one of them is healthy; a blue whose
/// tasks were sent away must have all of them again.
pub(super) fn restore(blue: Option<RevisionNumber>, warm: bool, fleets: &mut Fleets) -> bool {
    let Some(blue) = blue else {
        fleets.retire_others(None);
        return true;
    };
    fleets.order(blue, fleets.desired);
    let ready = if warm { fleets.is_alive(blue) } else { fleets.is_whole(blue) };
    let back = fleets.has_load_balancer && fleets.serves_alone(blue);
    if !back && !ready {
        return false;
    }
    fleets.shift(None, blue, crate::plant::Share::ALL);
    fleets.retire_others(Some(blue));
    true
}
