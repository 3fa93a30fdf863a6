//! The tasks that are gone, as ECS tells of them for an hour.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::plant::{Ending, Task};

/// How many are remembered of a revision.
const OF_A_REVISION: usize = 5;
/// How many are remembered of a service.
const KEPT: usize = 20;

/// The tasks of a service that are gone, oldest first. They outlive their revision.
#[derive(Default)]
pub(super) struct Ended(VecDeque<(Arc<str>, Known)>);

/// A task that is gone.
pub(super) struct Known {
    pub(super) id: String,
    pub(super) ending: Ending,
    pub(super) lines: Vec<String>,
}

impl Known {
    /// A task that could not be started, for this reason.
    pub(super) fn never_started(reason: String, at: Timestamp) -> Self {
        let ending = Ending { at, code: "TaskFailedToStart", reason, exit_code: None };
        Self { id: Uuid::new_v4().simple().to_string(), ending, lines: Vec::new() }
    }

    pub(super) fn task(&self) -> Task {
        Task { id: self.id.clone(), status: "STOPPED", ending: Some(self.ending.clone()) }
    }
}

impl Ended {
    /// Remembers a task, and forgets the oldest of its revision where that has many.
    pub(super) fn keep(&mut self, revision: &Arc<str>, known: Known) {
        let of_it = |(of, _): &(Arc<str>, Known)| of == revision;
        if self.0.iter().filter(|it| of_it(it)).count() >= OF_A_REVISION
            && let Some(oldest) = self.0.iter().position(of_it)
        {
            self.0.remove(oldest);
        }
        self.0.push_back((Arc::clone(revision), known));
        self.0.drain(..self.0.len().saturating_sub(KEPT));
    }

    /// Those of a revision.
    pub(super) fn of(&self, revision: &str) -> impl Iterator<Item = &Known> {
        self.0.iter().filter(move |(of, _)| **of == *revision).map(|(_, known)| known)
    }

    /// One by its id.
    pub(super) fn find(&self, task: &str) -> Option<&Known> {
        self.0.iter().map(|(_, known)| known).find(|known| known.id == task)
    }
}
