//! What is told of a service: what stands, what its tasks do, what its traffic was.

use jiff::Timestamp;

use super::Service;
use crate::plant::{self, Standing, Target as PlantTarget};
use crate::proxy::Totals;
use crate::real::ended::Known;
use crate::real::tending::Condition;
use crate::traffic::Traffic;

impl Service {
    pub(in crate::real) fn standing(&self) -> Vec<Standing> {
        let fleet = self.fleet.lock();
        fleet
            .revisions
            .iter()
            .filter(|revision| revision.wanted > 0 || !revision.tasks.is_empty())
            .map(|revision| {
                // Read once: a task that becomes healthy meanwhile must be counted once.
                let conditions: Vec<_> = revision.tasks.iter().map(|it| it.condition()).collect();
                let count = |condition: Condition| {
                    let count = conditions.iter().filter(|it| **it == condition).count();
                    u32::try_from(count).unwrap_or(u32::MAX)
                };
                let healthy = count(Condition::Healthy);
                Standing {
                    revision: revision.group.revision.to_string(),
                    pending: count(Condition::Starting),
                    // One that stops still runs; ECS counts it until it is gone.
                    running: healthy + count(Condition::Unhealthy) + count(Condition::Stopping),
                    healthy,
                    failed: revision.failed,
                    reason: revision.reason.clone(),
                }
            })
            .collect()
    }

    pub(in crate::real) fn targets(&self, revision: &str) -> Vec<PlantTarget> {
        let fleet = self.fleet.lock();
        let tasks = fleet
            .revisions
            .iter()
            .filter(|it| &*it.group.revision == revision)
            .flat_map(|revision| &revision.tasks);
        tasks
            .map(|task| {
                let (state, reason) = match task.condition() {
                    Condition::Healthy => ("healthy", None),
                    Condition::Starting => ("initial", task.reason()),
                    Condition::Unhealthy => ("unhealthy", task.reason()),
                    Condition::Stopping => {
                        let left = task.target.in_flight();
                        (
                            "draining",
                            Some(format!("it is stopping, with {left} requests in flight")),
                        )
                    }
                };
                PlantTarget { address: task.target.address.to_string(), state, reason }
            })
            .collect()
    }

    pub(in crate::real) fn tasks(&self, revision: &str) -> Vec<plant::Task> {
        let fleet = self.fleet.lock();
        let standing = fleet.revisions.iter().filter(|it| &*it.group.revision == revision);
        let standing = standing.flat_map(|revision| &revision.tasks).map(|task| plant::Task {
            id: task.id.clone(),
            status: match task.condition() {
                Condition::Starting => "PENDING",
                Condition::Healthy | Condition::Unhealthy => "RUNNING",
                Condition::Stopping => "DEACTIVATING",
            },
            ending: None,
        });
        fleet.ended.of(revision).map(Known::task).chain(standing).collect()
    }

    pub(in crate::real) fn output(&self, task: &str) -> Option<Vec<String>> {
        let fleet = self.fleet.lock();
        let mut standing = fleet.revisions.iter().flat_map(|revision| &revision.tasks);
        let standing = standing.find(|it| it.id == task).map(|it| it.tail.lines());
        let once = || self.one_offs.find(task).map(|it| it.tail.lines());
        let ended = || fleet.ended.find(task).map(|known| known.lines.clone());
        standing.or_else(ended).or_else(once)
    }

    pub(in crate::real) fn traffic(
        &self,
        revision: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Traffic> {
        self.counts.traffic(revision, from, to)
    }

    pub(in crate::real) fn totals(&self) -> Totals {
        self.counts.totals()
    }
}
