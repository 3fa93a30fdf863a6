//! What ECS tells, in our words.
//!
//! What this version does not know is [`Failure::Unavailable`] where a decision rests on it: a
//! status that passes is another one at the next try, and one that stays is told by its name. Where
//! there is a careful side to err on, it is taken, and said.

use aws_sdk_ecs::types::{
    ContainerImage, DeploymentLifecycleHookDetail, DeploymentLifecycleHookStatus,
    ResolvedConfiguration, Service, ServiceDeployment, ServiceDeploymentStatus, ServiceRevision,
};
use domain::Failure;
use domain::name::{Arn, Digest, HookId};
use domain::preflight::Serving;
use domain::rollout::{RolloutState, Status, TargetGroup, WaitingHook};
use domain::service::Place;
use domain::strategy::Stage;
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};

use crate::moment::timestamp;

/// What a service runs.
pub(super) fn serving(
    place: &Place,
    service: &Service,
    revisions: &[ServiceRevision],
    container: Option<&str>,
    in_progress: Option<Arn>,
) -> Result<Serving, Failure> {
    let set = service.task_definition();
    let serves = match revisions {
        [only] => Some(only),
        // Between two revisions: the one that the service is set to.
        several => several.iter().find(|revision| revision.task_definition() == set),
    };
    let task_definition = serves.and_then(ServiceRevision::task_definition).or(set);
    let task_definition = task_definition
        .ok_or_else(|| untold(format_args!("the task definition of the service {place}")))?;
    Ok(Serving {
        task_definition: arn(task_definition)?,
        revision: serves.and_then(ServiceRevision::service_revision_arn).map(arn).transpose()?,
        digest: serves.and_then(|revision| digest(revision.container_images(), container)),
        desired: count(service.desired_count()),
        running: count(service.running_count()),
        in_progress,
    })
}

/// The digest that a container runs: as ECS resolved it, else as the image names it.
fn digest(images: &[ContainerImage], container: Option<&str>) -> Option<Digest> {
    let image = match (container, images) {
        (None, [only]) => only,
        (None, _) => return None,
        (Some(name), images) => images.iter().find(|image| image.container_name() == Some(name))?,
    };
    let named = || image.image()?.split_once('@').map(|(_, digest)| digest);
    image.image_digest().or_else(named)?.parse().ok()
}

/// How a service deployment stands.
pub(super) fn rollout(rollout: &Arn, told: &ServiceDeployment) -> Result<RolloutState, Failure> {
    let created = told.created_at().and_then(timestamp);
    let green = told.target_service_revision();
    let blue = told.source_service_revisions().first();
    let waiting = told.lifecycle_hook_details().iter().filter(|hook| is_asking(hook));
    let waiting = waiting.filter_map(|hook| waiting_hook(rollout, told, hook).transpose());
    Ok(RolloutState {
        status: status(rollout, told)?,
        stage: told.lifecycle_stage().map(|stage| stage.as_str().to_owned()),
        waiting: waiting.collect::<Result<_, _>>()?,
        green: green.and_then(|green| green.arn()).map(arn).transpose()?,
        blue: blue.and_then(|blue| blue.arn()).map(arn).transpose()?,
        share: share(told),
        wanted: green.map_or(0, |green| count(green.requested_task_count())),
        began: created.ok_or_else(|| untold(format_args!("when {rollout} was created")))?,
        reason: told.status_reason().map(str::to_owned),
    })
}

/// Whether a status is surely an end. An unknown one is not.
pub(super) fn is_end(status: Option<&ServiceDeploymentStatus>) -> bool {
    status.and_then(known).is_some_and(Status::is_end)
}

/// Whether a pause waits for an answer.
pub(super) fn waits(told: &ServiceDeployment, hook: &HookId) -> bool {
    let mut hooks = told.lifecycle_hook_details().iter();
    hooks.any(|detail| detail.hook_id() == Some(hook.as_str()) && is_asking(detail))
}

/// The target groups of a revision at the load balancer: those in effect, which for blue/green are
/// not those that were asked for.
pub(super) fn target_groups(revision: &ServiceRevision) -> Result<Vec<TargetGroup>, Failure> {
    let resolved = revision.resolved_configuration();
    let balancers = resolved.map(ResolvedConfiguration::load_balancers).unwrap_or_default();
    let mut groups: Vec<TargetGroup> = Vec::new();
    for balancer in balancers {
        let Some(group) = balancer.target_group_arn().map(arn).transpose()? else { continue };
        if groups.iter().all(|known| known.arn != group) {
            let load_balancer = balancer.production_listener_rule().and_then(load_balancer);
            groups.push(TargetGroup { arn: group, load_balancer });
        }
    }
    Ok(groups)
}

/// The load balancer of a listener or a rule of one, as its metrics name it:
/// `arn:…:listener-rule/app/<name>/<id>/<listener>/<rule>`.
fn load_balancer(listener: &str) -> Option<String> {
    let name = listener.rsplit(':').next()?;
    let name = name.strip_prefix("listener-rule/").or(name.strip_prefix("listener/"))?;
    let parts: Vec<&str> = name.splitn(4, '/').take(3).collect();
    (parts.len() == 3).then(|| parts.join("/"))
}

/// A name that ECS gave.
pub(super) fn arn(text: &str) -> Result<Arn, Failure> {
    text.parse().map_err(|error| Failure::Unavailable(format!("ECS told what cannot be: {error}")))
}

fn status(rollout: &Arn, told: &ServiceDeployment) -> Result<Status, Failure> {
    let status = told.status().ok_or_else(|| untold(format_args!("the status of {rollout}")))?;
    known(status).ok_or_else(|| {
        Failure::Unavailable(format!(
            "ECS tells the status {} of {rollout}, which this version of Cutover does not know",
            status.as_str()
        ))
    })
}

fn known(status: &ServiceDeploymentStatus) -> Option<Status> {
    Status::deserialize(StrDeserializer::<ValueError>::new(status.as_str())).ok()
}

/// Only what surely waits is asked about: whatever else a hook does, nobody answers it, and ECS
/// gives it up by itself.
fn is_asking(hook: &DeploymentLifecycleHookDetail) -> bool {
    hook.status() == Some(&DeploymentLifecycleHookStatus::AwaitingAction)
}

/// A pause that waits. One at a stage where we set none is somebody else's, and theirs to answer.
fn waiting_hook(
    rollout: &Arn,
    told: &ServiceDeployment,
    hook: &DeploymentLifecycleHookDetail,
) -> Result<Option<WaitingHook>, Failure> {
    let Some(stage) = told.lifecycle_stage().and_then(|stage| asks_at(stage.as_str())) else {
        return Ok(None);
    };
    let id =
        hook.hook_id().ok_or_else(|| untold(format_args!("the id of a pause of {rollout}")))?;
    let expires_at = hook.expires_at().and_then(timestamp);
    Ok(Some(WaitingHook {
        id: id
            .parse()
            .map_err(|error| Failure::Unavailable(format!("ECS told what cannot be: {error}")))?,
        stage,
        expires_at: expires_at
            .ok_or_else(|| untold(format_args!("when the pause {id} of {rollout} gives up")))?,
    }))
}

/// The stage at which a pause waits, by the stage that its deployment is in: ECS tells no stage of
/// the hook itself.
///
/// The API model knows no stage `PRE_PRODUCTION_TRAFFIC_SHIFT` of a deployment, though hooks are set
/// there. A pause cannot be set at `PRODUCTION_TRAFFIC_SHIFT`, so one that waits while ECS tells that
/// stage waits before a step. Source: the ECS API reference, `DeploymentLifecycleHook.lifecycleStages`.
fn asks_at(stage: &str) -> Option<Stage> {
    match stage {
        "POST_TEST_TRAFFIC_SHIFT" => Some(Stage::PostTestTrafficShift),
        "PRE_PRODUCTION_TRAFFIC_SHIFT" | "PRODUCTION_TRAFFIC_SHIFT" => {
            Some(Stage::PreProductionTrafficShift)
        }
        "POST_PRODUCTION_TRAFFIC_SHIFT" => Some(Stage::PostProductionTrafficShift),
        _ => None,
    }
}

/// Green's share of production in percent: as ordered, or where nothing divides traffic but the
/// number of tasks (rolling), its share of those that run.
fn share(told: &ServiceDeployment) -> f64 {
    let Some(green) = told.target_service_revision() else { return 0.0 };
    if let Some(share) = green.requested_production_traffic_weight() {
        return share;
    }
    let blue = told.source_service_revisions().iter().map(|blue| count(blue.running_task_count()));
    let green = f64::from(count(green.running_task_count()));
    let all = green + blue.map(f64::from).sum::<f64>();
    if all > 0.0 { green / all * 100.0 } else { 0.0 }
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn untold(what: std::fmt::Arguments<'_>) -> Failure {
    Failure::Unavailable(format!("ECS did not tell {what}"))
}
