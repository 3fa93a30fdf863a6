//! Tasks that run once, where the tasks of a service run and as they do.
//!
//! Sources: the ECS API reference, `RunTask`, `ListTasks`, `DescribeTasks` and `StopTask`; the ECS
//! developer guide, "Ensuring idempotency".

use aws_sdk_ecs::types::{
    ContainerOverride, DesiredStatus, Failure as Missing, Service, TaskOverride,
};
use domain::Failure;
use domain::name::{Arn, DeploymentId};
use domain::preserved::Task;
use domain::service::Place;
use workflow::ports::{OneOff, OneOffs};

use super::{Ecs, reading, tasks};
use crate::failure::failure;

/// Why ECS stops a task is told in so many characters at most.
///
/// Source: the ECS API reference, `StopTask.reason`, "up to 255 characters".
const REASON: usize = 255;

impl OneOffs for Ecs {
    async fn begin(&self, place: &Place, task: &OneOff) -> Result<Arn, Failure> {
        let service = self.service(place).await?;
        let container = match &task.container {
            Some(name) => name.clone(),
            None => self.only_container(&task.task_definition).await?,
        };
        let command = ContainerOverride::builder()
            .name(container)
            .set_command(Some(task.command.clone()))
            .build();
        let asked = self
            .0
            .run_task()
            .cluster(&place.cluster)
            .task_definition(task.task_definition.as_str())
            .overrides(TaskOverride::builder().container_overrides(command).build())
            .client_token(token(&task.name))
            .started_by(started_by(&task.name));
        let told = as_a_service(asked, &service).send().await.map_err(|error| {
            failure(&format!("run a task of {} once", task.task_definition), &error)
        })?;

        let begun = told.tasks().first().and_then(|task| task.task_arn());
        begun.map_or_else(|| Err(no_room(task, told.failures())), reading::arn)
    }

    async fn task(&self, place: &Place, task: &Arn) -> Result<Option<Task>, Failure> {
        let told = self.described(place, vec![task.to_string()]).await?;
        Ok(told.first().map(tasks::task))
    }

    async fn named(&self, place: &Place, name: &DeploymentId) -> Result<Option<Arn>, Failure> {
        for status in [DesiredStatus::Running, DesiredStatus::Stopped] {
            let asked = self
                .0
                .list_tasks()
                .cluster(&place.cluster)
                .started_by(started_by(name))
                .desired_status(status);
            let told = asked
                .send()
                .await
                .map_err(|error| failure(&format!("list the tasks of {name}"), &error))?;
            if let Some(found) = told.task_arns().first() {
                return reading::arn(found).map(Some);
            }
        }
        Ok(None)
    }

    async fn end(&self, place: &Place, task: &Arn, why: &str) -> Result<(), Failure> {
        let reason: String = why.chars().take(REASON).collect();
        let asked = self.0.stop_task().cluster(&place.cluster).task(task.as_str()).reason(reason);
        let stopped = asked.send().await;
        stopped.map(drop).map_err(|error| failure(&format!("stop the task {task}"), &error))
    }
}

/// A task runs in the network of its service and on what that runs on.
fn as_a_service(
    asked: aws_sdk_ecs::operation::run_task::builders::RunTaskFluentBuilder,
    service: &Service,
) -> aws_sdk_ecs::operation::run_task::builders::RunTaskFluentBuilder {
    let asked = asked
        .set_network_configuration(service.network_configuration().cloned())
        .set_platform_version(service.platform_version().map(str::to_owned));
    // Only one of the two may be said.
    match service.capacity_provider_strategy() {
        [] => asked.set_launch_type(service.launch_type().cloned()),
        providers => asked.set_capacity_provider_strategy(Some(providers.to_vec())),
    }
}

/// A call that failed without an error: there was no room, most often.
fn no_room(task: &OneOff, failures: &[Missing]) -> Failure {
    let reason = failures.first().and_then(|failure| failure.reason());
    let reason = reason.unwrap_or("no reason given");
    Failure::Busy(format!("ECS did not run a task of {} once: {reason}", task.task_definition))
}

/// By whom a task was started, in 128 characters at most.
fn started_by(name: &DeploymentId) -> String {
    format!("cutover/{name}")
}

/// What makes ECS start one task for a name, in 64 characters at most.
fn token(name: &DeploymentId) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_str().as_bytes()).to_string()
}
