//! The services and their deployments: Amazon ECS.
//!
//! Sources: the ECS API reference (each call by its name), and the ECS developer guide, "Amazon ECS
//! blue/green deployments workflow" and "Pause lifecycle hooks".

mod asking;
mod one_offs;
mod reading;
mod setting_up;
mod task_definition;
mod tasks;
mod writing;

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::{DeploymentLifecycleHookAction, StopServiceDeploymentStopType};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::Failure;
use domain::name::{Arn, HookId};
use domain::preflight::{Blueprint, Serving, Wiring};
use domain::preserved::{LogPlace, Task};
use domain::rollout::{RolloutState, TargetGroup};
use domain::service::Place;
use workflow::ports::{Deployment, Fleet, Reply};

use crate::Config;
use crate::config::client;
use crate::failure::{failure, unread};

/// The fleet, kept by ECS.
#[derive(Debug, Clone)]
pub struct Ecs(Client);

impl Ecs {
    /// A client for the services of this account and region.
    pub fn new(config: &Config) -> Self {
        Self(client!(config, aws_sdk_ecs))
    }
}

impl Fleet for Ecs {
    async fn serving(&self, place: &Place, container: Option<&str>) -> Result<Serving, Failure> {
        let service = self.service(place).await?;
        let (revisions, in_progress) = tokio::try_join!(
            self.current_revisions(&service),
            self.in_progress(service.current_service_deployment())
        )?;

        reading::serving(place, &service, &revisions, container, in_progress)
    }

    async fn wiring(&self, place: &Place) -> Result<Wiring, Failure> {
        setting_up::wiring(&self.service(place).await?)
    }

    async fn blueprint(&self, definition: &Arn) -> Result<Option<Blueprint>, Failure> {
        let asked = self.0.describe_task_definition().task_definition(definition.as_str());
        match asked.send().await {
            Ok(told) => told.task_definition().map(setting_up::blueprint).transpose(),
            // ECS has no error of its own for a task definition that is not there.
            Err(error) if error.code() == Some("ClientException") => Ok(None),
            Err(error) => {
                let what = format!("describe the task definition {definition}");
                Err(unread(&what, "ecs:DescribeTaskDefinition", &error))
            }
        }
    }

    async fn register(
        &self,
        blue: &Arn,
        container: Option<&str>,
        image: &str,
    ) -> Result<Arn, Failure> {
        let blue_as_told = task_definition::describe(&self.0, blue).await?;

        let green = task_definition::copy(blue, blue_as_told, container, image)?;

        task_definition::register(&self.0, blue, green).await
    }

    async fn find(&self, place: &Place, green: &Arn) -> Result<Option<Arn>, Failure> {
        self.newest_to(place, green).await
    }

    async fn launch(&self, place: &Place, launch: &Deployment) -> Result<(), Failure> {
        let update = self
            .0
            .update_service()
            .cluster(&place.cluster)
            .service(&place.service)
            .task_definition(launch.green.as_str())
            .deployment_configuration(writing::configuration(launch)?);

        let updated = update.send().await;
        updated.map(drop).map_err(|error| failure(&format!("update the service {place}"), &error))
    }

    async fn rollout(&self, rollout: &Arn) -> Result<RolloutState, Failure> {
        reading::rollout(rollout, &self.deployment(rollout).await?)
    }

    async fn answer(&self, rollout: &Arn, hook: &HookId, reply: Reply) -> Result<(), Failure> {
        let action = match reply {
            Reply::Continue => DeploymentLifecycleHookAction::Continue,
            Reply::Rollback => DeploymentLifecycleHookAction::Rollback,
        };
        let answer = self
            .0
            .continue_service_deployment()
            .service_deployment_arn(rollout.as_str())
            .hook_id(hook.as_str())
            .action(action.clone());

        let Err(error) = answer.send().await else { return Ok(()) };

        // ECS has no error of its own for a pause that waits no more, so one look decides. Our
        // first try may have been heard though its answer was lost.
        let unsure = matches!(error.code(), Some("InvalidParameterException" | "ClientException"));
        if unsure && !reading::waits(&self.deployment(rollout).await?, hook) {
            return Ok(());
        }
        let what = format!("answer {} to the pause {hook} of {rollout}", action.as_str());
        Err(failure(&what, &error))
    }

    async fn stop(&self, rollout: &Arn) -> Result<(), Failure> {
        let stop = self
            .0
            .stop_service_deployment()
            .service_deployment_arn(rollout.as_str())
            .stop_type(StopServiceDeploymentStopType::Rollback);

        match stop.send().await {
            Ok(_) => Ok(()),
            // It is over: what became of it shows at the next look.
            Err(error) if error.code() == Some("ConflictException") => Ok(()),
            Err(error) => Err(failure(&format!("stop the service deployment {rollout}"), &error)),
        }
    }

    async fn target_groups(&self, revisions: &[Arn]) -> Result<Vec<Vec<TargetGroup>>, Failure> {
        self.each_revision(revisions).await?.iter().map(reading::target_groups).collect()
    }

    async fn tasks(&self, place: &Place, green: &Arn) -> Result<Vec<Task>, Failure> {
        self.tasks_of(place, green).await
    }

    async fn log_place(&self, green: &Arn, container: Option<&str>) -> Result<LogPlace, Failure> {
        self.logs_to(green, container).await
    }
}
