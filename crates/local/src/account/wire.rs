//! What [`crate::wire`] asks of the account: the calls of ECS and its load balancer in their own
//! words, where [`World`](super::World) has them in ours.

use std::sync::Arc;

use domain::replica::Instance;
use domain::service::{Place, ServiceDocument};
use jiff::Timestamp;
use serde_json::Value;

use super::{Account, StartedTask};
use crate::ecs::{ApiError, Service, TaskDefinition};
use crate::plant::{Plant, Target, Task};

impl<P: Plant> Account<P> {
    /// A cluster is there when a service is in it.
    pub(crate) fn has_cluster(&self, cluster: &str) -> bool {
        self.0.ecs.has_cluster(cluster)
    }

    /// A task definition by its ARN, with or without a revision: without, it is the newest.
    pub(crate) fn task_definition(&self, arn: &str) -> Option<TaskDefinition> {
        self.0.ecs.task_definition(arn).or_else(|| self.0.ecs.newest(arn))
    }

    /// Registers the next revision of a family.
    pub(crate) fn register(&self, family: &str, image: &str, rest: Value) -> TaskDefinition {
        let form = TaskDefinition {
            arn: format!("{}:0", self.arn("task-definition", family)),
            image: image.to_owned(),
            rest: Some(Arc::new(rest)),
        };
        self.0.ecs.register(&self.0.store, form)
    }

    /// The ARN of something that ECS has in this account.
    pub(crate) fn arn(&self, kind: &str, name: &str) -> String {
        let super::Settings { region, account, .. } = &self.0.settings;
        format!("arn:aws:ecs:{region}:{account}:{kind}/{name}")
    }

    /// Asks something of a service that may change it; `None` if there is no such service.
    pub(crate) fn change(
        &self,
        place: &Place,
        change: impl FnOnce(&mut Service, Timestamp) -> Result<(), ApiError>,
    ) -> Option<Result<(), ApiError>> {
        let now = self.now();
        self.0.ecs.change(&self.0.store, place, |service| change(service, now))
    }

    /// The targets of a target group; `None` if there is no such group.
    pub(crate) fn targets(&self, group: &str) -> Option<Vec<Target>> {
        self.0.targets(group)
    }

    /// The databases that can be asked now.
    pub(crate) fn instances(&self) -> Vec<Instance> {
        self.0.databases.instances()
    }

    /// Where there are services.
    pub(crate) fn places(&self) -> Vec<Place> {
        self.0.documents.read().values().map(ServiceDocument::place).collect()
    }

    /// The tasks of a service, each with its task definition; `None` if there is no such service.
    pub(crate) fn tasks(&self, place: &Place) -> Option<Vec<(TaskDefinition, Task)>> {
        self.0.tasks(place).ok()
    }

    /// Starts a task that runs once, unless one of this id was started before.
    pub(crate) fn run_once(&self, id: &str, task: StartedTask, command: Vec<String>) {
        self.0.run_once(id, task, command);
    }

    /// A task that was started to run once.
    pub(crate) fn once(&self, id: &str) -> Option<(StartedTask, Task)> {
        self.0.once(id)
    }

    /// All tasks that were started to run once.
    pub(crate) fn started(&self) -> Vec<(StartedTask, Task)> {
        let ids: Vec<String> = self.0.started.lock().keys().cloned().collect();
        ids.iter().filter_map(|id| self.0.once(id)).collect()
    }

    /// Stops a task that runs once; whether there is one.
    pub(crate) fn end(&self, id: &str, why: &str) -> bool {
        let Some((started, _)) = self.0.once(id) else { return false };
        self.0.plant.end(&started.place.service, id, why);
        true
    }

    /// What was printed to a stream of a log group; `None` if there is no such stream.
    pub(crate) fn output(&self, group: &str, stream: &str) -> Option<Vec<String>> {
        self.0.output(group, stream)
    }

    /// Completes when the account closes.
    pub(crate) async fn closed(self) {
        self.0.closing.cancelled().await;
    }
}
