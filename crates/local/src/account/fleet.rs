//! ECS and its load balancer, as the steps ask of them, kept by our model of it.

use domain::Failure;
use domain::evidence::Targets;
use domain::name::{Arn, HookId};
use domain::preflight::{Blueprint, Group, Rule, Serving, Wiring};
use domain::preserved::{LogPlace, Task};
use domain::rollout::{RolloutState, Status, TargetGroup, WaitingHook};
use domain::service::Place;
use domain::strategy::{Stage, Strategy};
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use workflow::ports::{Balancer, Deployment, Fleet, Reply};

use super::Inner;
use super::blueprint::{blueprint, log_place};
use super::ecs::place_in;
use super::evidence;
use super::world::World;
use crate::ecs::{
    self, Canary, DeploymentConfiguration, ErrorCode, Hook, HookAction, LifecycleStage, Linear,
    ServiceDeployment, StopType, TaskDefinition, UpdateService,
};
use crate::plant::{Plant, Share, Target};

impl<P: Plant> Fleet for World<P> {
    async fn serving(
        &self,
        place: &Place,
        // A task definition has one container here, so naming it changes nothing.
        _container: Option<&str>,
    ) -> Result<Serving, Failure> {
        let answer = async {
            self.0.ecs.read(place, |service| {
                let told = service.describe();
                let newest = service.deployments().into_iter().next();
                let in_progress = newest.filter(|newest| !newest.status.is_final());
                let current = told.current_service_revisions.iter().map(|it| &it.arn);
                let revision = current
                    .filter_map(|arn| service.revision(arn))
                    .find(|revision| revision.task_definition.arn == told.task_definition.arn);
                Ok(Serving {
                    task_definition: arn(&told.task_definition.arn)?,
                    revision: revision.map(|revision| arn(&revision.arn)).transpose()?,
                    digest: digest(&told.task_definition.image),
                    desired: told.desired_count,
                    running: told.running_count,
                    in_progress: in_progress.map(|newest| arn(&newest.arn)).transpose()?,
                })
            })
        };
        self.0.calls.make("fleet.serving", answer).await
    }

    async fn wiring(&self, place: &Place) -> Result<Wiring, Failure> {
        let answer = async {
            self.0.ecs.read(place, |_| Ok(()))?;
            Ok(self.0.wiring(place))
        };
        self.0.calls.make("fleet.wiring", answer).await
    }

    async fn blueprint(&self, definition: &Arn) -> Result<Option<Blueprint>, Failure> {
        let answer = async {
            let known = self.0.ecs.task_definition(definition.as_str());
            Ok(known.as_ref().map(blueprint))
        };
        self.0.calls.make("fleet.blueprint", answer).await
    }

    async fn register(
        &self,
        blue: &Arn,
        // A task definition has one container here, so naming it changes nothing.
        _container: Option<&str>,
        image: &str,
    ) -> Result<Arn, Failure> {
        let effect = async {
            let blue =
                self.0.ecs.task_definition(blue.as_str()).ok_or_else(|| {
                    Failure::Refused(format!("there is no task definition {blue}"))
                })?;
            let repository = |image: &str| image.split('@').next().map(str::to_owned);
            if repository(&blue.image) != repository(image) {
                return Err(Failure::Refused(format!(
                    "{} runs {}, and {image} is another image",
                    blue.arn, blue.image
                )));
            }
            let green = TaskDefinition { image: image.to_owned(), ..blue };
            arn(&self.0.ecs.register(&self.0.store, green).arn)
        };
        self.0.calls.make("fleet.register", effect).await
    }

    async fn find(&self, place: &Place, green: &Arn) -> Result<Option<Arn>, Failure> {
        let answer = async {
            self.0.ecs.read(place, |service| {
                let found = to_green(service, green.as_str());
                found.map(|deployment| arn(&deployment.arn)).transpose()
            })
        };
        self.0.calls.make("fleet.find", answer).await
    }

    async fn launch(&self, place: &Place, launch: &Deployment) -> Result<(), Failure> {
        let effect = async {
            let green = self.0.ecs.task_definition(launch.green.as_str()).ok_or_else(|| {
                Failure::Refused(format!("there is no task definition {}", launch.green))
            })?;
            let update = UpdateService {
                task_definition: Some(green),
                deployment_configuration: Some(configuration(launch)),
                ..UpdateService::default()
            };
            let now = self.0.clock.now();
            self.0.ecs.write(&self.0.store, place, |service| service.update(update, now))
        };
        self.0.calls.make("fleet.launch", effect).await
    }

    async fn rollout(&self, rollout: &Arn) -> Result<RolloutState, Failure> {
        let answer = async {
            let place = place(rollout)?;
            self.0.ecs.read(&place, |service| {
                let found = service.deployment(rollout.as_str());
                state(&found.ok_or_else(|| unknown(rollout))?)
            })
        };
        self.0.calls.make("fleet.rollout", answer).await
    }

    async fn answer(&self, rollout: &Arn, hook: &HookId, reply: Reply) -> Result<(), Failure> {
        let effect = async {
            let action = match reply {
                Reply::Continue => HookAction::Continue,
                Reply::Rollback => HookAction::Rollback,
            };
            let (place, now) = (place(rollout)?, self.0.clock.now());
            self.0.ecs.write(&self.0.store, &place, |service| {
                let asks = service.deployment(rollout.as_str()).map(|deployment| {
                    let mut hooks = deployment.lifecycle_hook_details.iter();
                    hooks.any(|detail| detail.hook_id == hook.as_str() && detail.waits())
                });
                match asks {
                    // Answered before, or timed out: what ECS made of it shows at the next look.
                    Some(false) => Ok(()),
                    _ => service.continue_deployment(rollout.as_str(), hook.as_str(), action, now),
                }
            })
        };
        self.0.calls.make("fleet.answer", effect).await
    }

    async fn stop(&self, rollout: &Arn) -> Result<(), Failure> {
        let effect = async {
            let (place, now) = (place(rollout)?, self.0.clock.now());
            self.0.ecs.write(&self.0.store, &place, |service| {
                match service.stop(rollout.as_str(), StopType::Rollback, now) {
                    // It is over: what became of it shows at the next look.
                    Err(error) if error.code == ErrorCode::ConflictException => Ok(()),
                    stopped => stopped,
                }
            })
        };
        self.0.calls.make("fleet.stop", effect).await
    }

    async fn target_groups(&self, revisions: &[Arn]) -> Result<Vec<Vec<TargetGroup>>, Failure> {
        let group = |revision: &Arn| match self.0.has_revision(revision.as_str()) {
            true => {
                let arn = arn(&target_group(revision.as_str()))?;
                Ok(vec![TargetGroup { arn, load_balancer: None }])
            }
            false => Err(Failure::Refused(format!("ECS has no service revision {revision}"))),
        };
        let answer = async { revisions.iter().map(group).collect() };
        self.0.calls.make("fleet.target_groups", answer).await
    }

    async fn tasks(&self, place: &Place, green: &Arn) -> Result<Vec<Task>, Failure> {
        let answer = async {
            let tasks = self.0.tasks(place)?.into_iter();
            let of_green = tasks.filter(|(definition, _)| definition.arn == green.as_str());
            Ok(of_green.map(|(definition, task)| evidence::task(&definition, task)).collect())
        };
        self.0.calls.make("fleet.tasks", answer).await
    }

    async fn log_place(
        &self,
        green: &Arn,
        // A task definition has one container here, so naming it changes nothing.
        _container: Option<&str>,
    ) -> Result<LogPlace, Failure> {
        let answer = async {
            let green =
                self.0.ecs.task_definition(green.as_str()).ok_or_else(|| {
                    Failure::Refused(format!("there is no task definition {green}"))
                })?;
            log_place(&green)
        };
        self.0.calls.make("fleet.log_place", answer).await
    }
}

impl<P: Plant> Balancer for World<P> {
    async fn targets(&self, groups: &[Arn]) -> Result<Targets, Failure> {
        let answer = async {
            let targets = self.0.targets_of(groups)?;
            let healthy = targets.iter().filter(|target| target.state == "healthy").count();
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            Ok(Targets {
                healthy: count(healthy),
                total: count(targets.len()),
                reason: targets.into_iter().find_map(|target| target.reason),
            })
        };
        self.0.calls.make("balancer.targets", answer).await
    }

    async fn each(&self, groups: &[Arn]) -> Result<Vec<domain::preserved::Target>, Failure> {
        let answer = async {
            let targets = self.0.targets_of(groups)?;
            Ok(targets.into_iter().map(evidence::target).collect())
        };
        self.0.calls.make("balancer.each", answer).await
    }

    async fn group(&self, group: &Arn) -> Result<Option<Group>, Failure> {
        self.0.calls.make("balancer.group", async { Ok(self.0.group(group)) }).await
    }

    async fn rule(&self, rule: &Arn) -> Result<Option<Rule>, Failure> {
        self.0.calls.make("balancer.rule", async { Ok(self.0.rule(rule)) }).await
    }
}

impl<P: Plant> Inner<P> {
    /// The targets of some target groups.
    fn targets_of(&self, groups: &[Arn]) -> Result<Vec<Target>, Failure> {
        let mut targets = Vec::new();
        for group in groups {
            targets
                .extend(self.targets(group.as_str()).ok_or_else(|| {
                    Failure::Refused(format!("there is no target group {group}"))
                })?);
        }
        Ok(targets)
    }

    /// The targets of a target group: the tasks of the revision that it was named after. `None` if
    /// there is no such group.
    pub(super) fn targets(&self, group: &str) -> Option<Vec<Target>> {
        let revision = group.replacen(":elasticloadbalancing:", ":ecs:", 1).replacen(
            ":targetgroup/",
            ":service-revision/",
            1,
        );
        let known = revision != group && self.has_revision(&revision);
        known.then(|| self.plant.targets(service_of(&revision), &revision))
    }

    fn has_revision(&self, revision: &str) -> bool {
        let known = |service: &ecs::Service| Ok(service.revision(revision).is_some());
        let place = place_in(revision, "service-revision");
        place.is_some_and(|place| self.ecs.read(&place, known).unwrap_or_default())
    }
}

/// The target group of a revision. A real service alternates two; here each revision has its own,
/// named after it.
pub(crate) fn target_group(revision: &str) -> String {
    revision.replacen(":ecs:", ":elasticloadbalancing:", 1).replacen(
        ":service-revision/",
        ":targetgroup/",
        1,
    )
}

/// The service that a revision is of.
pub(super) fn service_of(revision: &str) -> &str {
    revision.rsplit('/').nth(1).unwrap_or_default()
}

/// The newest deployment of a service to this task definition.
fn to_green(service: &ecs::Service, green: &str) -> Option<ServiceDeployment> {
    service.deployments().into_iter().find(|deployment| {
        let revision = service.revision(&deployment.target_service_revision.arn);
        revision.is_some_and(|revision| revision.task_definition.arn == green)
    })
}

/// The deployment in the words of ECS.
fn configuration(launch: &Deployment) -> DeploymentConfiguration {
    let mut configuration = DeploymentConfiguration::default();
    match &launch.strategy {
        Strategy::BlueGreen {} => configuration.strategy = ecs::Strategy::BlueGreen,
        // Steps are held by our pauses, so ECS's own bakes are set to their least.
        Strategy::Canary { percent, .. } => {
            configuration.strategy = ecs::Strategy::Canary;
            configuration.canary =
                Some(Canary { percent: Share(percent.tenths()), bake_minutes: 0 });
        }
        Strategy::Linear { step, .. } => {
            configuration.strategy = ecs::Strategy::Linear;
            configuration.linear =
                Some(Linear { step_percent: Share(step.tenths()), step_bake_minutes: 0 });
        }
        Strategy::Rolling {} => {
            configuration.strategy = ecs::Strategy::Rolling;
            configuration.circuit_breaker.enable = true;
            configuration.circuit_breaker.rollback = true;
        }
    }
    configuration.alarms = ecs::Alarms {
        names: launch.alarms.clone(),
        enable: !launch.alarms.is_empty(),
        rollback: !launch.alarms.is_empty(),
    };
    configuration.lifecycle_hooks = launch
        .pauses
        .iter()
        .map(|pause| Hook {
            stages: vec![lifecycle(pause.stage)],
            timeout_minutes: u32::try_from(pause.gives_up.in_minutes()).unwrap_or(u32::MAX),
            timeout_action: HookAction::Rollback,
        })
        .collect();
    configuration
}

fn lifecycle(stage: Stage) -> LifecycleStage {
    match stage {
        Stage::PostTestTrafficShift => LifecycleStage::PostTestTrafficShift,
        Stage::PreProductionTrafficShift => LifecycleStage::PreProductionTrafficShift,
        Stage::PostProductionTrafficShift => LifecycleStage::PostProductionTrafficShift,
    }
}

fn state(deployment: &ServiceDeployment) -> Result<RolloutState, Failure> {
    let waiting = deployment.lifecycle_hook_details.iter().filter(|hook| hook.waits());
    let waiting = waiting.map(|hook| {
        Ok(WaitingHook {
            id: hook.hook_id.parse().map_err(told)?,
            stage: known(hook.stage.as_str())?,
            expires_at: hook.expires_at,
        })
    });
    let green = &deployment.target_service_revision;
    let blue = deployment.source_service_revisions.first();
    Ok(RolloutState {
        status: known::<Status>(deployment.status.as_str())?,
        stage: deployment.lifecycle_stage.map(|stage| stage.as_str().to_owned()),
        waiting: waiting.collect::<Result<_, Failure>>()?,
        green: Some(arn(&green.arn)?),
        blue: blue.map(|blue| arn(&blue.arn)).transpose()?,
        share: green.requested_production_traffic_weight.percent(),
        wanted: green.requested_task_count,
        began: deployment.created_at,
        reason: deployment.status_reason.clone(),
    })
}

/// Reads a name that ECS uses.
fn known<'de, T: Deserialize<'de>>(name: &'de str) -> Result<T, Failure> {
    T::deserialize(StrDeserializer::<ValueError>::new(name)).map_err(told)
}

fn arn(text: &str) -> Result<Arn, Failure> {
    text.parse().map_err(told)
}

fn told(error: impl std::fmt::Display) -> Failure {
    Failure::Invalid(format!("ECS told what cannot be: {error}"))
}

fn digest(image: &str) -> Option<domain::name::Digest> {
    image.split_once('@').and_then(|(_, digest)| digest.parse().ok())
}

fn unknown(rollout: &Arn) -> Failure {
    Failure::Refused(format!("ECS has no service deployment {rollout}"))
}

/// Where the service of a service deployment is: `arn:…:service-deployment/<cluster>/<service>/<id>`.
fn place(rollout: &Arn) -> Result<Place, Failure> {
    place_in(rollout.as_str(), "service-deployment").ok_or_else(|| unknown(rollout))
}
