//! Tasks that run once, and end by themselves.

use std::sync::Arc;

use super::Service;
use crate::plant;
use crate::processes::{Lease, Process};
use crate::real::one_offs::OneOff;

impl Service {
    /// Starts a task that runs once, unless one of its id was started before.
    pub(in crate::real) fn begin(self: &Arc<Self>, task: plant::OneOff) {
        let plant::OneOff { id, image, command } = task;
        // Held, so that nothing is started after the service was closed.
        let fleet = self.fleet.lock();
        let Some(started) = self.one_offs.add(&id).filter(|_| !fleet.closed) else { return };
        match self.process(&image, &id, &started.tail, Some(command)) {
            Ok((process, port)) => {
                self.machine.record.started(process.pid(), &id);
                self.keepers.spawn(Arc::clone(self).keep_once(started, process, port));
            }
            Err(reason) => started.never_started(reason, (self.machine.clock)()),
        }
    }

    /// Keeps a task that runs once to its end.
    async fn keep_once(self: Arc<Self>, task: Arc<OneOff>, mut process: Process, port: Lease) {
        let pid = process.pid();
        let exit = tokio::select! {
            biased;
            exit = process.ended() => Some(exit),
            () = task.stop.cancelled() => None,
        };
        process.stop(self.settings.stop_timeout).await;
        self.machine.record.ended(pid);
        task.ended(exit, (self.machine.clock)());
        drop(port);
    }

    pub(in crate::real) fn one_off(&self, id: &str) -> Option<plant::Task> {
        self.one_offs.find(id).map(|task| task.task(id))
    }

    pub(in crate::real) fn end(&self, id: &str, why: &str) {
        if let Some(task) = self.one_offs.find(id) {
            task.stop(why);
        }
    }
}
