//! The tasks that run once.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::plant::{Ending, Task};
use crate::processes::{Exit, Tail};

/// All of them, by their ids.
#[derive(Default)]
pub(super) struct OneOffs(Mutex<BTreeMap<String, Arc<OneOff>>>);

/// A task that runs or ran once.
#[derive(Default)]
pub(super) struct OneOff {
    pub(super) tail: Arc<Tail>,
    pub(super) stop: CancellationToken,
    /// Why it was told to stop.
    why: OnceLock<String>,
    ending: OnceLock<Ending>,
}

impl OneOffs {
    /// One under this id, if there was none yet.
    pub(super) fn add(&self, id: &str) -> Option<Arc<OneOff>> {
        let mut all = self.0.lock();
        if all.contains_key(id) {
            return None;
        }
        let task = Arc::<OneOff>::default();
        all.insert(id.to_owned(), Arc::clone(&task));
        Some(task)
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<OneOff>> {
        self.0.lock().get(id).cloned()
    }

    /// Tells all of them to stop.
    pub(super) fn stop(&self, why: &str) {
        self.0.lock().values().for_each(|task| task.stop(why));
    }
}

impl OneOff {
    /// Tells it to stop.
    pub(super) fn stop(&self, why: &str) {
        let _ = self.why.set(why.to_owned());
        self.stop.cancel();
    }

    /// It could not be started.
    pub(super) fn never_started(&self, reason: String, at: Timestamp) {
        let ending = Ending { at, code: "TaskFailedToStart", reason, exit_code: None };
        let _ = self.ending.set(ending);
    }

    /// It ended by itself, or because it was told to.
    pub(super) fn ended(&self, exit: Option<Exit>, at: Timestamp) {
        let (code, reason, exit_code) = match exit {
            Some(exit) => {
                let reason = "Essential container in task exited".to_owned();
                ("EssentialContainerExited", reason, exit.code)
            }
            None => ("UserInitiated", self.why.get().cloned().unwrap_or_default(), None),
        };
        let _ = self.ending.set(Ending { at, code, reason, exit_code });
    }

    pub(super) fn task(&self, id: &str) -> Task {
        let ending = self.ending.get().cloned();
        let status = if ending.is_some() { "STOPPED" } else { "RUNNING" };
        Task { id: id.to_owned(), status, ending }
    }
}
