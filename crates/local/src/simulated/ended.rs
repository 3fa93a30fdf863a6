//! The tasks that were ended because fewer were wanted.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::behaviour::Conduct;
use super::tasks::Tasks;
use crate::plant::{Ending, Task};

/// How many are remembered of a service.
const KEPT: usize = 20;

/// The tasks of a service that were ended, oldest first.
#[derive(Default)]
pub(super) struct Ended(VecDeque<Known>);

struct Known {
    revision: String,
    image: String,
    task: Task,
}

impl Ended {
    /// Remembers what is lost of a revision when it is scaled down to `wanted`.
    pub(super) fn keep(&mut self, tasks: &Tasks, wanted: u32, conduct: &Conduct, now: Timestamp) {
        if wanted >= tasks.count() {
            return;
        }
        let surplus = tasks.count() - wanted;
        let (mut ended, mut alive): (Vec<Task>, Vec<Task>) =
            tasks.tasks(conduct, now).into_iter().partition(|task| task.ending.is_some());
        // Those that ended by themselves are told by the revision as long as it stands.
        if wanted > 0 {
            ended.clear();
        }
        let stays = alive.len().saturating_sub(usize::try_from(surplus).unwrap_or(usize::MAX));
        for task in ended.into_iter().chain(alive.split_off(stays)) {
            let ending = task.ending.unwrap_or_else(|| Ending {
                at: now,
                code: "ServiceSchedulerInitiated",
                reason: "Scaling activity initiated by the deployment".to_owned(),
                exit_code: None,
            });
            let task = Task { status: "STOPPED", ending: Some(ending), ..task };
            let (revision, image) = (tasks.revision.clone(), tasks.image.clone());
            self.0.push_back(Known { revision, image, task });
        }
        self.0.drain(..self.0.len().saturating_sub(KEPT));
    }

    /// Those of a revision.
    pub(super) fn of<'a>(&'a self, revision: &'a str) -> impl Iterator<Item = Task> + 'a {
        let of_it = self.0.iter().filter(move |known| known.revision == revision);
        of_it.map(|known| known.task.clone())
    }

    /// What a task ran.
    pub(super) fn image(&self, task: &str) -> Option<&str> {
        let known = self.0.iter().find(|known| known.task.id == task);
        known.map(|known| known.image.as_str())
    }
}
