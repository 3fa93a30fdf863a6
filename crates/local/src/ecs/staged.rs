//! Blue/green, canary and linear deployments: stage by stage.

use jiff::{SignedDuration, Timestamp};

use super::LifecycleStage::{
    self, BakeTime, CleanUp, PostProductionTrafficShift, PostScaleUp, PostTestTrafficShift,
    PreProductionTrafficShift, PreScaleUp, ProductionTrafficShift, ReconcileService, ScaleUp,
    TestTrafficShift,
};
use super::ServiceDeploymentStatus;
use super::deployment::{Deployment, World, later};
use super::rollback;

pub(super) fn start(deployment: &mut Deployment, world: &mut World<'_>) {
    world.fleets.test(None);
    let first =
        if world.fleets.has_company(deployment.source) { ReconcileService } else { PreScaleUp };
    deployment.enter(first, world);
}

/// Does what the stage is for, and enters the next one when that is done; whether it was.
pub(super) fn go_on(deployment: &mut Deployment, world: &mut World<'_>) -> bool {
    let Some(stage) = deployment.stage else {
        return false;
    };
    if !work(stage, deployment, world) {
        return false;
    }

    if let Some(next) = next(stage, deployment) {
        if stage == ProductionTrafficShift {
            deployment.step += 1;
        }
        deployment.enter(next, world);
    } else {
        let reason = format!("ECS deployment {} completed.", deployment.id);
        deployment.finish(ServiceDeploymentStatus::Successful, reason, world);
    }
    true
}

/// Whether the stage waits for time to pass, and enough has.
fn is_baked(deployment: &Deployment, now: Timestamp) -> bool {
    bakes_until(deployment).is_some_and(|end| now >= end)
}

/// When the bake ends that the deployment is in, if it is in one.
pub(super) fn bakes_until(deployment: &Deployment) -> Option<Timestamp> {
    let (from, minutes) = match deployment.stage? {
        ProductionTrafficShift => {
            let step = deployment.configuration.step(deployment.step);
            (deployment.shifted_at?, step.bake_minutes)
        }
        BakeTime => (deployment.since, deployment.configuration.bake_time_minutes),
        _ => return None,
    };
    Some(later(from, SignedDuration::from_mins(i64::from(minutes))))
}

/// Does what the stage is for; whether it is done. May be asked again and again.
fn work(stage: LifecycleStage, deployment: &mut Deployment, world: &mut World<'_>) -> bool {
    let Deployment { source, target, .. } = *deployment;
    let World { ref mut fleets, now, .. } = *world;
    match stage {
        ReconcileService => rollback::restore(source, true, fleets) && fleets.is_alone(source),
        ScaleUp => {
            fleets.order(target, fleets.desired);
            fleets.is_whole(target)
        }
        TestTrafficShift => {
            let healthy = fleets.is_whole(target);
            if healthy {
                fleets.test(Some(target));
            }
            healthy
        }
        ProductionTrafficShift => {
            if deployment.shifted_at.is_none() {
                // Green may have lost a task since it was judged: it gets no more until it is whole.
                if !fleets.is_whole(target) {
                    return false;
                }
                let step = deployment.configuration.step(deployment.step);
                fleets.shift(source, target, step.share);
                deployment.shifted_at = Some(now);
                deployment.updated_at = now;
            }
            is_baked(deployment, now)
        }
        BakeTime => is_baked(deployment, now),
        CleanUp => {
            if !deployment.cleaned_up {
                deployment.cleaned_up = true;
                fleets.primary = Some(target);
                fleets.retire_others(Some(target));
            }
            fleets.is_alone(Some(target))
        }
        PreScaleUp
        | PostScaleUp
        | PostTestTrafficShift
        | PreProductionTrafficShift
        | PostProductionTrafficShift => true,
    }
}

fn next(stage: LifecycleStage, deployment: &Deployment) -> Option<LifecycleStage> {
    Some(match stage {
        ReconcileService => PreScaleUp,
        PreScaleUp => ScaleUp,
        ScaleUp => PostScaleUp,
        PostScaleUp => TestTrafficShift,
        TestTrafficShift => PostTestTrafficShift,
        PreProductionTrafficShift => ProductionTrafficShift,
        ProductionTrafficShift if deployment.configuration.step(deployment.step).last => {
            PostProductionTrafficShift
        }
        PostTestTrafficShift | ProductionTrafficShift => PreProductionTrafficShift,
        PostProductionTrafficShift => BakeTime,
        BakeTime => CleanUp,
        CleanUp => return None,
    })
}
