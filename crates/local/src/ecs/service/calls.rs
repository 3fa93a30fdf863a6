//! What can be asked of a service, and how ECS answers.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Service;
use crate::ecs::deployment::{Deployment, later};
use crate::ecs::fleets::Fleets;
use crate::ecs::identity::Identity;
use crate::ecs::revision::RevisionNumber;
use crate::ecs::{
    ApiError, DeploymentConfiguration, HookAction, HookStatus, Revision, ServiceDeploymentStatus,
    TaskDefinition, validate,
};

/// `DescribeServiceDeployments` remembers 90 days.
const MEMORY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A service to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateService {
    /// Its name: `checkout`.
    pub name: String,
    /// Its cluster's name: `shop`.
    pub cluster: String,
    /// `eu-central-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// What it runs.
    pub task_definition: TaskDefinition,
    /// How many tasks.
    pub desired_count: u32,
    /// How later deployments are done, unless they say otherwise.
    pub deployment_configuration: DeploymentConfiguration,
    /// Whether production traffic reaches it by a listener that we divide.
    pub has_load_balancer: bool,
    /// Whether green can be reached by a listener of its own.
    pub has_test_listener: bool,
}

/// What is to change; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateService {
    /// Another task definition starts a deployment.
    pub task_definition: Option<TaskDefinition>,
    /// Another number of tasks does not.
    pub desired_count: Option<u32>,
    /// Nor does this by itself: it holds for the next deployment.
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// Starts a deployment though nothing changed.
    pub force_new_deployment: bool,
}

/// How a deployment is to be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StopType {
    /// In AWS's enumeration, and nowhere in its documents: refused.
    Abort,
    /// Taken back to the revision before.
    Rollback,
}

impl Service {
    /// Makes a service, and its first deployment.
    pub fn create(create: CreateService, now: Timestamp) -> Result<Self, ApiError> {
        validate::task_definition(&create.task_definition)?;
        validate::desired_count(create.desired_count)?;
        validate::configuration(&create.deployment_configuration, create.has_load_balancer)?;

        let CreateService { name, cluster, region, account, .. } = create;
        let mut service = Self {
            identity: Identity::new(name, cluster, region, account),
            task_definition: create.task_definition,
            configuration: create.deployment_configuration,
            fleets: Fleets::new(
                create.desired_count,
                create.has_load_balancer,
                create.has_test_listener,
            ),
            revisions: Vec::new(),
            deployments: Vec::new(),
            ringing: Vec::new(),
            events: Vec::new(),
            created_at: now,
            clock: now,
            is_asked: false,
            is_steady: false,
            revisions_made: 0,
            deployments_made: 0,
            hooks_opened: 0,
        };
        // There is no blue to keep: tasks come up, and traffic follows them.
        service.deploy(DeploymentConfiguration::default());
        Ok(service)
    }

    /// Changes what the service should be. A new deployment supersedes the one under way.
    pub fn update(&mut self, update: UpdateService, now: Timestamp) -> Result<(), ApiError> {
        let configuration = update.deployment_configuration.as_ref();
        if let Some(task_definition) = &update.task_definition {
            validate::task_definition(task_definition)?;
        }
        if let Some(count) = update.desired_count {
            validate::desired_count(count)?;
        }
        if let Some(configuration) = configuration {
            validate::configuration(configuration, self.fleets.has_load_balancer)?;
        }
        let task_definition =
            update.task_definition.unwrap_or_else(|| self.task_definition.clone());
        let deploys = update.force_new_deployment || task_definition != self.task_definition;
        let active = self.deployments.iter().filter(|it| !it.status.is_final()).count();
        if deploys && active >= validate::ACTIVE_DEPLOYMENTS {
            return Err(ApiError::invalid(format!(
                "the service has {active} deployments that are not over, and may have no more"
            )));
        }

        self.clock = self.clock.max(now);
        self.task_definition = task_definition;
        if let Some(configuration) = update.deployment_configuration {
            self.configuration = configuration;
        }
        if let Some(count) = update.desired_count {
            self.scale(count);
        }
        if deploys {
            self.deploy(self.configuration.clone());
        }
        Ok(())
    }

    /// Answers a waiting pause: `ContinueServiceDeployment`.
    pub fn continue_deployment(
        &mut self,
        deployment_arn: &str,
        hook_id: &str,
        action: HookAction,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        self.clock = self.clock.max(now);
        self.is_asked = true;
        let Self { deployments, identity, events, clock, .. } = self;
        let deployment = deployments
            .iter_mut()
            .find(|deployment| deployment.arn == deployment_arn)
            .ok_or_else(|| ApiError::no_deployment(deployment_arn))?;
        // An answer that comes too late must not win over the timeout.
        deployment.expire_hooks(identity, events, *clock);
        if deployment.status != ServiceDeploymentStatus::InProgress {
            let status = deployment.status;
            return Err(ApiError::invalid(format!("the service deployment is {status}")));
        }
        let hook = deployment.hooks.iter().find(|hook| hook.hook_id == hook_id);
        match hook {
            None => return Err(ApiError::invalid(format!("there is no hook {hook_id}"))),
            Some(hook) if !hook.waits() => {
                let status = hook.status.as_str();
                return Err(ApiError::invalid(format!("the hook {hook_id} is {status}")));
            }
            Some(_) => {}
        }

        let status = match action {
            HookAction::Continue => HookStatus::Succeeded,
            HookAction::Rollback => HookStatus::Failed,
        };
        deployment.close_hooks(status, |hook| hook.hook_id == hook_id, identity, events, *clock);
        if action == HookAction::Rollback {
            let reason = format!("The lifecycle hook {hook_id} was told to roll back.");
            deployment.request_rollback(reason, *clock);
        }
        Ok(())
    }

    /// Stops a deployment: `StopServiceDeployment`. One that is stopping already goes on doing so.
    pub fn stop(
        &mut self,
        deployment_arn: &str,
        stop_type: StopType,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        self.clock = self.clock.max(now);
        let deployment = self
            .deployments
            .iter_mut()
            .find(|deployment| deployment.arn == deployment_arn)
            .ok_or_else(|| ApiError::no_deployment(deployment_arn))?;
        if stop_type == StopType::Abort {
            return Err(ApiError::invalid("stopType ABORT is not supported, ROLLBACK is"));
        }
        if deployment.status.is_final() {
            let status = deployment.status;
            return Err(ApiError::conflict(format!("the service deployment is {status}")));
        }

        deployment.request_rollback("The service deployment was stopped.".to_owned(), self.clock);
        self.is_asked = true;
        Ok(())
    }

    /// Makes a revision of what the service should run, and a deployment that brings it.
    fn deploy(&mut self, configuration: DeploymentConfiguration) {
        let now = self.clock;
        self.forget(now);
        for older in self.deployments.iter_mut().filter(|it| !it.status.is_final()) {
            older.supersede(now);
        }

        self.revisions_made += 1;
        self.deployments_made += 1;
        let target = RevisionNumber(self.revisions_made);
        self.revisions.push(Revision {
            number: target,
            arn: self.identity.revision_arn(target.0),
            task_definition: self.task_definition.clone(),
            created_at: now,
        });
        let number = self.deployments_made;
        let arn = self.identity.deployment_arn(number);
        let id = self.identity.deployment_id(number);
        self.deployments.push(Deployment::new(arn, id, configuration, target, now));
        self.is_asked = true;
        self.is_steady = false;
    }

    fn scale(&mut self, count: u32) {
        if count == self.fleets.desired {
            return;
        }
        let under_way = self.deployments.last().filter(|it| !it.status.is_final());
        let rolls = under_way.filter(|it| it.is_rolling());
        match rolls {
            None => self.fleets.scale(count),
            Some(deployment) => self.fleets.scale_only(deployment.toward(), count),
        }
        self.is_asked = true;
        self.is_steady = false;
    }

    /// Forgets what ended long ago, and the revisions that only it named.
    fn forget(&mut self, now: Timestamp) {
        self.deployments.retain(|it| it.finished_at.is_none_or(|end| later(end, MEMORY) > now));
        let Self { revisions, deployments, fleets, .. } = self;
        revisions.retain(|revision| {
            let number = revision.number;
            let named = |it: &Deployment| {
                it.target == number || it.source == Some(number) || it.sources.contains(&number)
            };
            fleets.primary == Some(number)
                || fleets.of(number).is_some()
                || deployments.iter().any(named)
        });
    }
}
