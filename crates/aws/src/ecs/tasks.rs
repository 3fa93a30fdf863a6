//! The tasks of a service, also those that stopped.
//!
//! Sources: the ECS API reference, `ListTasks`, `DescribeTasks` and `Task`; the ECS developer guide,
//! "Send Amazon ECS logs to CloudWatch".

use aws_sdk_ecs::types::{
    Container as ToldContainer, ContainerDefinition, DesiredStatus, LogDriver, Task as Told,
};
use domain::Failure;
use domain::excerpt::Excerpt;
use domain::name::Arn;
use domain::preserved::{Container, LogPlace, Stop, Task};
use domain::service::Place;

use super::Ecs;
use crate::failure::failure;
use crate::moment::timestamp;

/// The most that ECS lists, and describes, at once.
const AT_ONCE: i32 = 100;
/// The most pages that are read of those that run, and of those that stopped. Tasks of blue are
/// listed with those of green, and a service of thousands must not hold up the way back.
const PAGES: usize = 5;

impl Ecs {
    /// The tasks of a service that run a task definition.
    pub(super) async fn tasks_of(&self, place: &Place, green: &Arn) -> Result<Vec<Task>, Failure> {
        let mut tasks = Vec::new();
        for status in [DesiredStatus::Stopped, DesiredStatus::Running] {
            let mut next: Option<String> = None;
            for _ in 0..PAGES {
                let asked = self
                    .0
                    .list_tasks()
                    .cluster(&place.cluster)
                    .service_name(&place.service)
                    .desired_status(status.clone())
                    .max_results(AT_ONCE)
                    .set_next_token(next);
                let told = asked.send().await.map_err(|error| {
                    failure(&format!("list the tasks of the service {place}"), &error)
                })?;
                let page = self.described(place, told.task_arns.unwrap_or_default()).await?;
                let of_green =
                    page.iter().filter(|it| it.task_definition_arn() == Some(green.as_str()));
                tasks.extend(of_green.map(task));
                next = told.next_token.filter(|token| !token.is_empty());
                if next.is_none() {
                    break;
                }
            }
        }
        Ok(tasks)
    }

    /// Those of these tasks that ECS still knows.
    pub(super) async fn described(
        &self,
        place: &Place,
        arns: Vec<String>,
    ) -> Result<Vec<Told>, Failure> {
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        let asked = self.0.describe_tasks().cluster(&place.cluster).set_tasks(Some(arns));
        let told = asked.send().await.map_err(|error| {
            failure(&format!("describe the tasks of the service {place}"), &error)
        })?;
        Ok(told.tasks.unwrap_or_default())
    }

    /// The name of the only container of a task definition.
    pub(super) async fn only_container(&self, green: &Arn) -> Result<String, Failure> {
        let containers = self.containers(green).await?;
        match &containers[..] {
            [only] => Ok(only.name().unwrap_or_default().to_owned()),
            several => Err(Failure::Refused(format!(
                "the task definition {green} has {} containers; name one as `container`",
                several.len()
            ))),
        }
    }

    /// The containers of a task definition.
    async fn containers(&self, green: &Arn) -> Result<Vec<ContainerDefinition>, Failure> {
        let asked = self.0.describe_task_definition().task_definition(green.as_str());
        let told = asked
            .send()
            .await
            .map_err(|error| failure(&format!("describe the task definition {green}"), &error))?;
        let told = told.task_definition.and_then(|told| told.container_definitions);
        Ok(told.unwrap_or_default())
    }

    /// Where `container`, or the only one, of a task definition logs.
    pub(super) async fn logs_to(
        &self,
        green: &Arn,
        container: Option<&str>,
    ) -> Result<LogPlace, Failure> {
        let containers = &self.containers(green).await?[..];
        let found = match (container, containers) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(name), all) => all.iter().find(|it| it.name() == Some(name)),
        };
        let named = container.unwrap_or("to be told from others");
        let found = found.ok_or_else(|| {
            Failure::Refused(format!("the task definition {green} has no container {named}"))
        })?;
        log_place(found)
    }
}

/// Where a container logs, if it does so by streams that can be named.
fn log_place(container: &ContainerDefinition) -> Result<LogPlace, Failure> {
    let name = container.name().unwrap_or_default();
    let refused = |why: String| Failure::Refused(format!("the container {name} {why}"));
    let logs = container.log_configuration().ok_or_else(|| refused("logs to nowhere".into()))?;
    if *logs.log_driver() != LogDriver::Awslogs {
        let driver = logs.log_driver().as_str();
        return Err(refused(format!("logs by {driver}, not to CloudWatch Logs")));
    }
    let option = |name: &str| logs.options().and_then(|options| options.get(name)).cloned();
    let needed = |name: &str| option(name).ok_or_else(|| refused(format!("logs without {name}")));
    Ok(LogPlace {
        group: needed("awslogs-group")?,
        region: option("awslogs-region"),
        // Without it a stream is called by what only the container instance knows.
        prefix: needed("awslogs-stream-prefix")?,
        container: name.to_owned(),
    })
}

pub(super) fn task(told: &Told) -> Task {
    let stop = Stop {
        at: told.stopped_at().and_then(timestamp),
        code: told.stop_code().map(|code| code.as_str().to_owned()),
        reason: told.stopped_reason().map(Excerpt::of),
    };
    let stops = stop.at.is_some() || stop.code.is_some() || stop.reason.is_some();
    Task {
        id: told.task_arn().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default().to_owned(),
        status: told.last_status().unwrap_or_default().to_owned(),
        stop: stops.then_some(stop),
        containers: told.containers().iter().map(container).collect(),
    }
}

fn container(told: &ToldContainer) -> Container {
    Container {
        name: told.name().unwrap_or_default().to_owned(),
        exit_code: told.exit_code(),
        reason: told.reason().map(Excerpt::of),
    }
}
