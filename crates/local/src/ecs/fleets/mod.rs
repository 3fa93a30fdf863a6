//! What is ordered of the plant for each revision, and what was last seen of it.

mod weights;

use serde::{Deserialize, Serialize};

use super::revision::{Revision, RevisionNumber};
use crate::plant::{Orders, RevisionOrders, Share, Standing};

/// Everything that stands, or should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fleets {
    /// How many tasks the service should have.
    pub desired: u32,
    /// Without a load balancer nobody gets traffic from us.
    pub has_load_balancer: bool,
    pub has_test_listener: bool,
    /// The revision that serves when nothing is being deployed: the last good one.
    pub primary: Option<RevisionNumber>,
    /// Oldest first.
    all: Vec<Fleet>,
    production: Vec<(RevisionNumber, Share)>,
    test: Option<RevisionNumber>,
}

/// The tasks of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fleet {
    pub revision: RevisionNumber,
    /// Whether it should stand at all; one that should not is named until its last task is gone.
    pub active: bool,
    pub tasks: u32,
    pub seen: Seen,
}

/// What the plant last said of a revision; see [`Standing`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub pending: u32,
    pub running: u32,
    pub healthy: u32,
    pub failed: u32,
    pub reason: Option<String>,
}

impl Fleet {
    fn is_gone(&self) -> bool {
        self.seen.pending == 0 && self.seen.running == 0
    }
}

impl Fleets {
    pub(super) fn new(desired: u32, has_load_balancer: bool, has_test_listener: bool) -> Self {
        Self {
            desired,
            has_load_balancer,
            has_test_listener: has_load_balancer && has_test_listener,
            primary: None,
            all: Vec::new(),
            production: Vec::new(),
            test: None,
        }
    }

    /// Takes note of what the plant says. A revision it does not list has no tasks.
    pub(super) fn see(&mut self, standings: &[Standing], revisions: &[Revision]) {
        for fleet in &mut self.all {
            let arn = revisions.iter().rev().find(|known| known.number == fleet.revision);
            let standing =
                arn.and_then(|known| standings.iter().find(|it| it.revision == known.arn));
            let Some(standing) = standing else {
                (fleet.seen.pending, fleet.seen.running, fleet.seen.healthy) = (0, 0, 0);
                continue;
            };
            let Standing { pending, running, healthy, failed, ref reason, .. } = *standing;
            // What failed since the revision was first ordered cannot become less.
            let failed = failed.max(fleet.seen.failed);
            let reason = reason.clone().or_else(|| fleet.seen.reason.take());
            fleet.seen = Seen { pending, running, healthy, failed, reason };
        }
    }

    pub(super) fn of(&self, revision: RevisionNumber) -> Option<&Fleet> {
        self.all.iter().find(|fleet| fleet.revision == revision)
    }

    pub(super) fn seen(&self, revision: RevisionNumber) -> Option<&Seen> {
        self.of(revision).map(|fleet| &fleet.seen)
    }

    /// Revisions that should stand, oldest first.
    pub(super) fn active(&self) -> impl Iterator<Item = &Fleet> {
        self.all.iter().filter(|fleet| fleet.active)
    }

    /// Whether every task the service should have is healthy in this revision.
    pub(super) fn is_whole(&self, revision: RevisionNumber) -> bool {
        self.of(revision).is_some_and(|fleet| fleet.active && fleet.seen.healthy >= self.desired)
    }

    /// Whether any task of this revision can answer, or none is wanted.
    pub(super) fn is_alive(&self, revision: RevisionNumber) -> bool {
        self.of(revision)
            .is_some_and(|fleet| fleet.active && (fleet.seen.healthy > 0 || self.desired == 0))
    }

    /// Whether the last task of every other revision is gone.
    pub(super) fn is_alone(&self, revision: Option<RevisionNumber>) -> bool {
        self.others(revision).all(|fleet| !fleet.active && fleet.is_gone())
    }

    /// Whether another revision should stand, too.
    pub(super) fn has_company(&self, revision: Option<RevisionNumber>) -> bool {
        self.others(revision).any(|fleet| fleet.active)
    }

    fn others(&self, revision: Option<RevisionNumber>) -> impl Iterator<Item = &Fleet> {
        self.all.iter().filter(move |fleet| Some(fleet.revision) != revision)
    }

    pub(super) fn order(&mut self, revision: RevisionNumber, tasks: u32) {
        if let Some(fleet) = self.all.iter_mut().find(|fleet| fleet.revision == revision) {
            fleet.active = true;
            fleet.tasks = tasks;
        } else {
            let fleet = Fleet { revision, active: true, tasks, seen: Seen::default() };
            let place = self.all.partition_point(|known| known.revision < revision);
            self.all.insert(place, fleet);
        }
    }

    /// Sends a revision's tasks away. Its traffic must be elsewhere by then.
    pub(super) fn retire(&mut self, revision: RevisionNumber) {
        if let Some(fleet) = self.all.iter_mut().find(|fleet| fleet.revision == revision) {
            fleet.active = false;
            fleet.tasks = 0;
        }
        self.production.retain(|(named, _)| *named != revision);
        if self.test == Some(revision) {
            self.test = None;
        }
    }

    /// Sends the tasks of all other revisions away.
    pub(super) fn retire_others(&mut self, revision: Option<RevisionNumber>) {
        let others: Vec<_> =
            self.others(revision).filter(|it| it.active).map(|it| it.revision).collect();
        for other in others {
            self.retire(other);
        }
    }

    /// Stops naming revisions whose last task is gone.
    pub(super) fn forget_gone(&mut self) {
        self.all.retain(|fleet| fleet.active || !fleet.is_gone());
    }

    /// Wants another number of tasks of every revision that stands.
    pub(super) fn scale(&mut self, desired: u32) {
        self.desired = desired;
        for fleet in self.all.iter_mut().filter(|fleet| fleet.active) {
            fleet.tasks = desired;
        }
    }

    /// Wants another number of tasks; of the revisions that stand, only `target` gets them at once.
    pub(super) fn scale_only(&mut self, target: Option<RevisionNumber>, desired: u32) {
        self.desired = desired;
        if let Some(target) = target {
            self.order(target, desired);
        }
    }

    /// Tasks that run, of all revisions.
    pub(super) fn running(&self) -> u32 {
        self.all.iter().map(|fleet| fleet.seen.running).sum()
    }

    /// Tasks that start, of all revisions.
    pub(super) fn pending(&self) -> u32 {
        self.all.iter().map(|fleet| fleet.seen.pending).sum()
    }

    /// Shrinks what is not `target` as `target` becomes healthy: with `minimumHealthyPercent` 100 and
    /// `maximumPercent` 200, `target` has all its tasks ordered, and the others may not be fewer than
    /// what `target` still lacks. The last good revision keeps its tasks longest.
    pub(super) fn give_way(&mut self, target: RevisionNumber) {
        let healthy = self.seen(target).map_or(0, |seen| seen.healthy);
        let mut lacking = self.desired.saturating_sub(healthy);
        let primary = self.primary;
        let mut others: Vec<_> = self.others(Some(target)).filter(|it| it.active).collect();
        others.sort_by_key(|fleet| (Some(fleet.revision) != primary, fleet.revision));
        let kept: Vec<_> = others
            .iter()
            .map(|fleet| {
                let tasks = fleet.tasks.min(lacking);
                lacking -= tasks;
                (fleet.revision, tasks)
            })
            .collect();

        for (revision, tasks) in kept {
            if tasks == 0 {
                self.retire(revision);
            } else {
                self.order(revision, tasks);
            }
        }
    }

    /// What the plant should make stand.
    pub(super) fn orders(&self, revisions: &[Revision]) -> Orders {
        let known = |number: RevisionNumber| revisions.iter().rev().find(|it| it.number == number);
        let has_tasks =
            |number: RevisionNumber| self.of(number).is_some_and(|fleet| fleet.tasks > 0);

        let mut orders = Orders::default();
        for fleet in &self.all {
            if let Some(revision) = known(fleet.revision) {
                orders.revisions.push(RevisionOrders {
                    revision: revision.arn.clone(),
                    image: revision.task_definition.image.clone(),
                    tasks: fleet.tasks,
                });
            }
        }
        // A service scaled to nothing keeps its weights and has nobody to send traffic to.
        if self.production.iter().all(|(number, _)| has_tasks(*number)) {
            let named = self.production.iter();
            orders.production = named
                .filter_map(|(number, share)| Some((known(*number)?.arn.clone(), *share)))
                .collect();
        }
        if let Some(revision) = self.test.filter(|number| has_tasks(*number)).and_then(known) {
            orders.test.push((revision.arn.clone(), Share::ALL));
        }
        orders
    }
}
