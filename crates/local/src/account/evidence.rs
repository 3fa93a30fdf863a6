//! What there is to know of a green that is taken back: its tasks, what they printed, and what the
//! alarms measured.

use domain::Failure;
use domain::excerpt::Excerpt;
use domain::metric::Point;
use domain::preflight::LogGroup;
use domain::preserved::{Container, LogPlace, Readings, Stop, Target, Task};
use domain::service::{Place, ServiceDocument};
use jiff::Timestamp;
use workflow::ports::Logs;

use super::Inner;
use super::blueprint::{family, log_place};
use super::ringing::measure;
use super::world::World;
use crate::alarms::AlarmState;
use crate::ecs::TaskDefinition;
use crate::plant::{self, Plant};

impl<P: Plant> Logs for World<P> {
    async fn has_group(&self, group: &LogGroup) -> Result<bool, Failure> {
        self.0.calls.make("logs.has_group", async { Ok(self.0.has_group(group)) }).await
    }

    async fn last_lines(
        &self,
        place: &LogPlace,
        task: &str,
        most: usize,
    ) -> Result<Vec<Excerpt>, Failure> {
        let answer = async {
            let stream = place.stream(task);
            let lines = self.0.output(&place.group, &stream).ok_or_else(|| {
                Failure::Refused(format!("there is no stream {stream} in the log {}", place.group))
            })?;
            let last = lines.len().saturating_sub(most);
            Ok(lines[last..].iter().map(|line| Excerpt::of(line)).collect())
        };
        self.0.calls.make("logs.last_lines", answer).await
    }
}

impl<P: Plant> Inner<P> {
    /// The tasks of a service, each with its task definition.
    pub(super) fn tasks(
        &self,
        place: &Place,
    ) -> Result<Vec<(TaskDefinition, plant::Task)>, Failure> {
        let revisions = self.ecs.read(place, |service| Ok(service.revisions().to_vec()))?;
        let tasks = revisions.iter().flat_map(|revision| {
            let tasks = self.plant.tasks(&place.service, &revision.arn);
            tasks.into_iter().map(|task| (revision.task_definition.clone(), task))
        });
        Ok(tasks.collect())
    }

    /// What was printed to a stream of a log group; `None` if there is no such stream.
    pub(super) fn output(&self, group: &str, stream: &str) -> Option<Vec<String>> {
        let ran_once = || {
            let (started, task) = self.once(stream.rsplit('/').next()?)?;
            let log = log_place(&started.definition).ok()?;
            let of_it = log.group == group && log.stream(&task.id) == stream;
            of_it.then(|| self.plant.output(&started.place.service, &task.id))?
        };
        let places: Vec<Place> =
            self.documents.read().values().map(ServiceDocument::place).collect();
        let of_a_service = places.iter().find_map(|place| {
            let tasks = self.tasks(place).ok()?;
            let (_, task) = tasks.iter().find(|(definition, task)| {
                let log = log_place(definition);
                log.is_ok_and(|log| log.group == group && log.stream(&task.id) == stream)
            })?;
            self.plant.output(&place.service, &task.id)
        });
        of_a_service.or_else(ran_once)
    }

    /// What those of these alarms measured that ring.
    pub(super) fn readings(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Readings> {
        let book = self.alarms.lock();
        let ring = |name: &&str| {
            book.state(name).is_some_and(|standing| standing.value == AlarmState::Alarm)
        };
        let named = names.iter().map(String::as_str).filter(ring);
        let all = named.flat_map(|name| {
            std::iter::once(name).chain(book.looked_at(name).into_iter().filter(ring))
        });
        let readings = all.map(|name| {
            let source = |metric: &_, from, to| measure(&*self.plant, metric, from, to);
            let points = book
                .measured(name, (from, to), source)
                .ok_or_else(|| Failure::Refused("it is made of other alarms".to_owned()));
            let points = points
                .map(|points| points.into_iter().map(|(at, value)| Point { at, value }).collect());
            let reason = book.state(name).map(|standing| standing.reason.as_str());
            Readings::new(name, reason.unwrap_or_default(), points)
        });
        readings.collect()
    }
}

/// A task in the words of the record.
pub(super) fn task(definition: &TaskDefinition, task: plant::Task) -> Task {
    let container = Container {
        name: family(definition).to_owned(),
        exit_code: task.ending.as_ref().and_then(|ending| ending.exit_code),
        reason: None,
    };
    let stop = task.ending.map(|ending| Stop {
        at: Some(ending.at),
        code: Some(ending.code.to_owned()),
        reason: Some(Excerpt::of(&ending.reason)),
    });
    Task { id: task.id, status: task.status.to_owned(), stop, containers: vec![container] }
}

/// A target in the words of the record.
pub(super) fn target(target: plant::Target) -> Target {
    Target {
        address: target.address,
        state: target.state.to_owned(),
        reason: target.reason.as_deref().map(Excerpt::of),
    }
}
