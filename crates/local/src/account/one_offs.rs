//! Tasks that run once, as ECS runs them: where a service's tasks run, and as they do.

use std::collections::BTreeMap;

use domain::Failure;
use domain::name::{Arn, DeploymentId};
use domain::preserved::Task;
use domain::service::Place;
use parking_lot::Mutex;
use workflow::ports::{OneOff, OneOffs};

use super::world::World;
use super::{Inner, evidence};
use crate::ecs::TaskDefinition;
use crate::plant::{self, Plant};

/// All that were started, by their ids.
pub(super) type Started = Mutex<BTreeMap<String, StartedTask>>;

/// A task that was started to run once.
#[derive(Debug, Clone)]
pub(crate) struct StartedTask {
    /// Where.
    pub(crate) place: Place,
    /// What it is made of.
    pub(crate) definition: TaskDefinition,
    /// By whom, in their own words.
    pub(crate) started_by: String,
}

impl<P: Plant> OneOffs for World<P> {
    async fn begin(&self, place: &Place, task: &OneOff) -> Result<Arn, Failure> {
        let effect = async {
            let green = self.0.ecs.task_definition(task.task_definition.as_str());
            let definition = green.ok_or_else(|| {
                Failure::Refused(format!("there is no task definition {}", task.task_definition))
            })?;
            let id = task.name.as_str();
            let started_by = id.to_owned();
            let place = place.clone();
            let arn = self.0.arn_of_task(&place, id)?;
            self.0.run_once(
                id,
                StartedTask { place, definition, started_by },
                task.command.clone(),
            );
            Ok(arn)
        };
        self.0.calls.make("one_offs.begin", effect).await
    }

    async fn task(&self, _: &Place, task: &Arn) -> Result<Option<Task>, Failure> {
        let answer = async {
            let found = self.0.once(id_of(task.as_str()));
            Ok(found.map(|(started, task)| evidence::task(&started.definition, task)))
        };
        self.0.calls.make("one_offs.task", answer).await
    }

    async fn named(&self, place: &Place, name: &DeploymentId) -> Result<Option<Arn>, Failure> {
        let answer = async {
            let found = self.0.once(name.as_str());
            found.map(|_| self.0.arn_of_task(place, name.as_str())).transpose()
        };
        self.0.calls.make("one_offs.named", answer).await
    }

    async fn end(&self, place: &Place, task: &Arn, why: &str) -> Result<(), Failure> {
        let effect = async {
            self.0.plant.end(&place.service, id_of(task.as_str()), why);
            Ok(())
        };
        self.0.calls.make("one_offs.end", effect).await
    }
}

fn id_of(task: &str) -> &str {
    task.rsplit('/').next().unwrap_or_default()
}

impl<P: Plant> Inner<P> {
    /// Starts a task, unless one of this id was started before.
    pub(super) fn run_once(&self, id: &str, task: StartedTask, command: Vec<String>) {
        let (service, image) = (task.place.service.clone(), task.definition.image.clone());
        self.started.lock().entry(id.to_owned()).or_insert(task);
        self.plant.begin(&service, plant::OneOff { id: id.to_owned(), image, command });
    }

    /// A task that was started to run once, and how it stands.
    pub(super) fn once(&self, id: &str) -> Option<(StartedTask, plant::Task)> {
        let started = self.started.lock().get(id).cloned()?;
        let task = self.plant.one_off(&started.place.service, id)?;
        Some((started, task))
    }

    fn arn_of_task(&self, place: &Place, id: &str) -> Result<Arn, Failure> {
        let super::Settings { region, account, .. } = &self.settings;
        let arn = format!("arn:aws:ecs:{region}:{account}:task/{}/{id}", place.cluster);
        arn.parse().map_err(|error| Failure::Invalid(format!("{arn}: {error}")))
    }
}
