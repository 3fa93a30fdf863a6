//! The tasks that run once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::behaviour::Conduct;
use crate::plant::{Ending, OneOff, Task};

/// All of them, by their ids.
#[derive(Default)]
pub(super) struct OneOffs(BTreeMap<String, Known>);

struct Known {
    image: String,
    began: Timestamp,
    /// When it was told to stop, and why.
    stopped: Option<(Timestamp, String)>,
}

impl OneOffs {
    pub(super) fn begin(&mut self, task: OneOff, now: Timestamp) {
        let OneOff { id, image, .. } = task;
        self.0.entry(id).or_insert(Known { image, began: now, stopped: None });
    }

    /// Tells one to stop, which it does at once.
    pub(super) fn end(&mut self, id: &str, why: &str, now: Timestamp) {
        if let Some(known) = self.0.get_mut(id) {
            known.stopped.get_or_insert_with(|| (now, why.to_owned()));
        }
    }

    pub(super) fn task(&self, id: &str, conduct: &Conduct, now: Timestamp) -> Option<Task> {
        let known = self.0.get(id)?;
        let run = &conduct.of(&known.image).once;
        let exits = known.began + run.takes;
        let stopped = known.stopped.as_ref().filter(|(at, _)| *at < exits);
        let ending = match stopped {
            Some((at, why)) => Some(Ending {
                at: *at,
                code: "UserInitiated",
                reason: why.clone(),
                exit_code: Some(143),
            }),
            None => (exits <= now).then(|| Ending {
                at: exits,
                code: "EssentialContainerExited",
                reason: "Essential container in task exited".to_owned(),
                exit_code: Some(run.exit_code),
            }),
        };
        let status = if ending.is_some() { "STOPPED" } else { "RUNNING" };
        Some(Task { id: id.to_owned(), status, ending })
    }

    /// What one printed.
    pub(super) fn output(&self, id: &str, conduct: &Conduct) -> Option<Vec<String>> {
        self.0.get(id).map(|known| conduct.of(&known.image).once.prints.clone())
    }
}
