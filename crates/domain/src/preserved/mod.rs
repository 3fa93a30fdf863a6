//! What is kept of a green that is taken back, for whoever asks later what was wrong with it.
//!
//! ECS tells of a stopped task for an hour, and the load balancer of a target as long as it is
//! registered. The record is kept.

mod telling;

use std::cmp::Reverse;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::excerpt::Excerpt;
use crate::failure::Failure;
use crate::metric::Point;
use crate::seconds::Seconds;

/// How far back the numbers of an alarm are kept.
pub const LOOKED_BACK: Seconds = Seconds::minutes(10);
/// Of how many tasks the lines are kept, and how many lines of each.
pub const READ_TASKS: usize = 3;
/// How many of the last lines of a task are kept.
pub const READ_LINES: usize = 20;
/// How many alarms are looked at.
pub const READ_ALARMS: usize = 10;
/// How many tasks and targets are told one by one.
const TOLD: usize = 10;
/// How many of its newest points are kept of an alarm.
const POINTS: usize = 60;

/// What is kept of a green that is taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preserved {
    /// Its tasks.
    pub tasks: Part<Tasks>,
    /// The last lines of some of them, those first that ended by themselves.
    pub logs: Part<Vec<Log>>,
    /// Its targets at the load balancer.
    pub targets: Part<Targets>,
    /// What those alarms measured that ring.
    pub alarms: Part<Vec<Readings>>,
}

/// A part of the evidence, or why it could not be had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part<T> {
    /// It.
    Kept(T),
    /// Why not.
    Missing(Excerpt),
}

/// The tasks of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tasks {
    /// How many stopped.
    pub stopped: usize,
    /// How many did not.
    pub running: usize,
    /// Those that say most, first.
    pub told: Vec<Task>,
}

/// A task, as ECS tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id: the last part of its ARN.
    pub id: String,
    /// Its `lastStatus`: `RUNNING`, `STOPPED`, `DEPROVISIONING`.
    pub status: String,
    /// How it came to stop, if it does or did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Its containers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Container>,
}

/// How a task came to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// When it had stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// `EssentialContainerExited`, `TaskFailedToStart`, `ServiceSchedulerInitiated`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, as ECS says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Excerpt>,
}

/// A container of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// What it exited with, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// What ECS says of its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Excerpt>,
}

/// Where a container sends what it prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPlace {
    /// The log group.
    pub group: String,
    /// Its region, if it is named.
    pub region: Option<String>,
    /// What the streams begin with.
    pub prefix: String,
    /// The container.
    pub container: String,
}

impl LogPlace {
    /// The stream of one task.
    ///
    /// Source: the ECS developer guide, "Send Amazon ECS logs to CloudWatch",
    /// `awslogs-stream-prefix`.
    pub fn stream(&self, task: &str) -> String {
        format!("{}/{}/{task}", self.prefix, self.container)
    }
}

/// The last lines of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// Its id.
    pub task: String,
    /// They, oldest first.
    pub lines: Part<Vec<Excerpt>>,
}

/// The targets of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// How many are healthy.
    pub healthy: usize,
    /// How many there are.
    pub total: usize,
    /// Those that say most, first.
    pub told: Vec<Target>,
}

/// A target, as the load balancer tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Where it answers: `10.0.1.7:8080`.
    pub address: String,
    /// `healthy`, `unhealthy`, `draining`, …
    pub state: String,
    /// Why it is not healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Excerpt>,
}

/// What an alarm measured that rings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Readings {
    /// Its name.
    pub alarm: String,
    /// Why it rings, in CloudWatch's words.
    pub reason: Excerpt,
    /// Its datapoints, oldest first.
    pub points: Part<Vec<Point>>,
}

impl<T> From<Result<T, Failure>> for Part<T> {
    fn from(asked: Result<T, Failure>) -> Self {
        match asked {
            Ok(part) => Self::Kept(part),
            Err(failure) => Self::Missing(Excerpt::of(&failure.to_string())),
        }
    }
}

impl<T> Part<T> {
    /// It, if it could be had.
    pub fn kept(&self) -> Option<&T> {
        match self {
            Self::Kept(part) => Some(part),
            Self::Missing(_) => None,
        }
    }

    /// What it is made into, if it could be had.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Part<U> {
        match self {
            Self::Kept(part) => Part::Kept(make(part)),
            Self::Missing(why) => Part::Missing(why),
        }
    }
}

impl From<Vec<Task>> for Tasks {
    /// Counts all, and picks those that say most: first those that ended by themselves, then those
    /// that were stopped, then those that run; the newest of each first.
    fn from(mut tasks: Vec<Task>) -> Self {
        let stopped = tasks.iter().filter(|task| task.has_stopped()).count();
        let running = tasks.len() - stopped;
        tasks.sort_by_cached_key(|task| {
            let at = task.stop.as_ref().and_then(|stop| stop.at);
            (Reverse(task.has_failed()), task.stop.is_none(), Reverse(at), task.id.clone())
        });
        tasks.truncate(TOLD);
        Self { stopped, running, told: tasks }
    }
}

impl From<Vec<Target>> for Targets {
    /// Counts all, and picks those that are not healthy first.
    fn from(mut targets: Vec<Target>) -> Self {
        let healthy = targets.iter().filter(|target| target.is_healthy()).count();
        let total = targets.len();
        targets.sort_by_key(Target::is_healthy);
        targets.truncate(TOLD);
        Self { healthy, total, told: targets }
    }
}

impl Target {
    fn is_healthy(&self) -> bool {
        self.state == "healthy"
    }
}

impl Readings {
    /// The newest points of an alarm that rings for this reason.
    pub fn new(alarm: &str, reason: &str, points: Result<Vec<Point>, Failure>) -> Self {
        let newest = |mut points: Vec<Point>| {
            points.drain(..points.len().saturating_sub(POINTS));
            points
        };
        Self {
            alarm: alarm.to_owned(),
            reason: Excerpt::of(reason),
            points: points.map(newest).into(),
        }
    }
}

impl Task {
    /// Whether it is over.
    pub fn has_stopped(&self) -> bool {
        self.status == "STOPPED"
    }

    /// Whether it ended by itself, and was not told to.
    fn has_failed(&self) -> bool {
        let code = self.stop.as_ref().and_then(|stop| stop.code.as_deref());
        matches!(code, Some("EssentialContainerExited" | "TaskFailedToStart"))
    }

    /// What `container` exited with, or the only one, or the first.
    pub fn exit_code(&self, container: Option<&str>) -> Option<i32> {
        let named = self.containers.iter().find(|it| Some(it.name.as_str()) == container);
        named.or_else(|| self.containers.first())?.exit_code
    }

    /// How it came to stop, in a few words: `Essential container in task exited, exit code 1`.
    pub fn ending(&self) -> Option<String> {
        let stop = self.stop.as_ref()?;
        let reason = stop.reason.as_ref().map(Excerpt::to_string).or_else(|| stop.code.clone());
        let exits = self.containers.iter().filter_map(|it| it.exit_code);
        let exit = exits.max_by_key(|code| *code != 0).map(|code| format!("exit code {code}"));
        let said: Vec<String> = reason.into_iter().chain(exit).collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, status: &str, stop: Option<(&str, i64)>) -> Task {
        let stop = stop.map(|(code, second)| Stop {
            at: Timestamp::from_second(second).ok(),
            code: Some(code.into()),
            reason: None,
        });
        Task { id: id.into(), status: status.into(), stop, containers: vec![] }
    }

    #[test]
    fn the_tasks_that_ended_by_themselves_come_first_and_all_are_counted() {
        let mut all = vec![
            task("runs", "RUNNING", None),
            task("told-to", "STOPPED", Some(("ServiceSchedulerInitiated", 9))),
            task("crashed", "STOPPED", Some(("EssentialContainerExited", 5))),
            task("crashed-later", "STOPPED", Some(("EssentialContainerExited", 7))),
            task("never-began", "STOPPED", Some(("TaskFailedToStart", 6))),
            task("stops", "DEPROVISIONING", Some(("ServiceSchedulerInitiated", 8))),
        ];
        all.extend((0..20).map(|number| task(&format!("x-{number}"), "RUNNING", None)));

        let tasks = Tasks::from(all);

        assert_eq!((tasks.stopped, tasks.running, tasks.told.len()), (4, 22, TOLD));
        let told: Vec<&str> = tasks.told.iter().map(|task| task.id.as_str()).collect();
        let first = ["crashed-later", "never-began", "crashed", "told-to", "stops", "runs"];
        assert_eq!(told[..6], first);
    }

    #[test]
    fn a_task_tells_its_end_with_the_worst_exit_code() {
        let exited =
            |name: &str, exit_code| Container { name: name.into(), exit_code, reason: None };
        let stop = |reason: Option<&str>| Stop {
            at: None,
            code: Some("EssentialContainerExited".into()),
            reason: reason.map(Excerpt::of),
        };
        for (reason, exits, ending) in [
            (
                Some("Essential container in task exited"),
                vec![Some(0), Some(137)],
                "Essential container in task exited, exit code 137",
            ),
            (Some("Scaling activity"), vec![None], "Scaling activity"),
            (None, vec![Some(0)], "EssentialContainerExited, exit code 0"),
        ] {
            let containers = exits.into_iter().map(|code| exited("checkout", code)).collect();
            let task =
                Task { stop: Some(stop(reason)), containers, ..task("one", "STOPPED", None) };
            assert_eq!(task.ending().as_deref(), Some(ending));
        }
        assert_eq!(task("one", "RUNNING", None).ending(), None);
    }

    #[test]
    fn the_targets_that_are_not_healthy_come_first() {
        let target = |address: &str, state: &str| Target {
            address: address.into(),
            state: state.into(),
            reason: None,
        };
        let targets = Targets::from(vec![target("a", "healthy"), target("b", "unhealthy")]);

        assert_eq!((targets.healthy, targets.total), (1, 2));
        assert_eq!(targets.told[0].address, "b");
    }

    #[test]
    fn of_the_points_of_an_alarm_the_newest_are_kept() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let points = (0..100).map(|second| Point { at: at(second), value: 1.0 }).collect();

        let readings = Readings::new("5xx", "Threshold Crossed", Ok(points));

        let kept = readings.points.kept().unwrap();
        assert_eq!((kept.len(), kept[0].at), (POINTS, at(40)));
    }
}
