//! The tasks of a service: started, watched, stopped and remembered.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::time::Instant;
use tracing::{info, warn};
use uuid::Uuid;

use super::{Fleet, Revision, Service};
use crate::processes::{Exit, Identity, Lease, Process, Tail};
use crate::proxy::group::Group;
use crate::proxy::target::Target;
use crate::real::ended::{Ended, Known};
use crate::real::task::{Ending, Keeper, Task};
use crate::real::tending::{Condition, Tending, tend};

impl Service {
    /// Starts what is missing and stops what is too much. Answers when to look again at the latest.
    pub(super) fn tend_tasks(self: &Arc<Self>) -> Option<Instant> {
        let now = Instant::now();
        let mut fleet = self.fleet.lock();
        let Fleet { closed, revisions, ended, .. } = &mut *fleet;

        for revision in revisions.iter_mut() {
            let conditions: Vec<_> = revision.tasks.iter().map(|task| task.condition()).collect();
            let Tending { start, stop } = tend(&conditions, revision.wanted);
            for at in stop {
                self.stop_surplus(revision, at, now);
            }
            for _ in 0..start {
                if *closed || revision.pause.until(now).is_some() {
                    break;
                }
                self.start(revision, ended, now);
            }
        }

        revisions.retain(|revision| revision.wanted > 0 || !revision.tasks.is_empty());
        revisions.iter().filter_map(|revision| revision.pause.until(now)).min()
    }

    fn stop_surplus(&self, revision: &mut Revision, at: usize, now: Instant) {
        let task = &revision.tasks[at];
        if task.condition() == Condition::Unhealthy && revision.wanted > 0 {
            let why = task.reason().unwrap_or_else(|| "its health checks failed".into());
            let why = format!("became unhealthy and was replaced: {why}");
            revision.tasks[at].blame(&why);
            self.failed(revision, &why, now);
        }
        revision.tasks[at].stop();
        self.changed();
    }

    fn start(self: &Arc<Self>, revision: &mut Revision, ended: &mut Ended, now: Instant) {
        match self.spawn(&revision.group) {
            Ok(keeper) => {
                revision.tasks.push(Arc::clone(&keeper.task));
                revision.group.register(Arc::clone(&keeper.task.target));
                let pid = keeper.process.pid();
                self.machine.record.started(pid, &keeper.task.id);
                info!(
                    service = %self.settings.name, task = %keeper.task.id, pid,
                    "started a task of {} on port {}", self.settings.name, keeper.port.port
                );
                self.keepers.spawn(Arc::clone(self).keep(keeper));
                self.changed();
            }
            Err(reason) => {
                self.failed(revision, &reason, now);
                let at = (self.machine.clock)();
                ended.keep(&revision.group.revision, Known::never_started(reason, at));
            }
        }
    }

    fn spawn(&self, group: &Arc<Group>) -> Result<Keeper, String> {
        let id = Uuid::new_v4().simple().to_string();
        let tail = Arc::new(Tail::default());
        let (process, port) = self.process(&group.image, &id, &tail, None)?;

        let target = Target::new(SocketAddr::from(([127, 0, 0, 1], port.port)));
        let task = Arc::new(Task::new(id, target, tail));
        Ok(Keeper { task, group: Arc::clone(group), process, port })
    }

    /// Starts a process of an image, with its own command or another; why not, in a sentence.
    pub(super) fn process(
        &self,
        image: &str,
        task: &str,
        tail: &Arc<Tail>,
        command: Option<Vec<String>>,
    ) -> Result<(Process, Lease), String> {
        let artifact = (self.machine.images)(image, command)
            .ok_or_else(|| format!("could not be started: this machine does not know {image}"))?;
        let port = self.machine.ports.lease();
        let port = port.map_err(|error| format!("could not be started: {error}"))?;

        let identity = Identity { task, service: &self.settings.name, image, port: port.port };
        let process = Process::start(&artifact, identity, Arc::clone(tail)).map_err(|error| {
            let program = artifact.command.first().map_or("nothing", String::as_str);
            format!("could not be started: `{program}`: {error}")
        })?;
        Ok((process, port))
    }

    /// Keeps one task to its end.
    async fn keep(self: Arc<Self>, mut keeper: Keeper) {
        let task = Arc::clone(&keeper.task);
        let pid = keeper.process.pid();

        let ending = keeper
            .watch(&self.settings, &self.health_path, |healthy| {
                if healthy {
                    self.with(&task, |revision| revision.pause.succeeded());
                }
                self.changed();
                self.wake.notify_one();
            })
            .await;

        // No new requests from here on; what counts it as failed comes after, so that whoever reads
        // of the failure finds the task gone from the load balancer.
        keeper.group.deregister(&task.target);
        if let Ending::Exited(Exit { how: reason, .. }) | Ending::Failed(reason) = &ending {
            task.stop();
            self.with(&task, |revision| self.failed(revision, reason, Instant::now()));
            self.wake.notify_one();
        }
        keeper.end(&self.settings).await;

        self.machine.record.ended(pid);
        self.bury(&task, &ending);
        self.changed();
        self.wake.notify_one();
    }

    /// Takes a task that is gone from its revision, and remembers it.
    fn bury(&self, task: &Arc<Task>, ending: &Ending) {
        let at = (self.machine.clock)();
        let mut fleet = self.fleet.lock();
        let Fleet { revisions, ended, .. } = &mut *fleet;
        for revision in revisions {
            let before = revision.tasks.len();
            revision.tasks.retain(|it| !Arc::ptr_eq(it, task));
            if revision.tasks.len() < before {
                let ending = task.ending(ending, at);
                let (id, lines) = (task.id.clone(), task.tail.lines());
                ended.keep(&revision.group.revision, Known { id, ending, lines });
            }
        }
    }

    fn failed(&self, revision: &mut Revision, reason: &str, now: Instant) {
        warn!(
            service = %self.settings.name, revision = %revision.group.revision,
            "a task of {} {reason}", self.settings.name
        );
        revision.failed = revision.failed.saturating_add(1);
        revision.reason = Some(reason.to_owned());
        revision.pause.failed(now);
        self.changed();
    }

    /// Does something to the revision of a task, which exists as long as the task does.
    fn with(&self, task: &Arc<Task>, act: impl FnOnce(&mut Revision)) {
        let mut fleet = self.fleet.lock();
        let holds = |it: &&mut Revision| it.tasks.iter().any(|of| Arc::ptr_eq(of, task));
        if let Some(revision) = fleet.revisions.iter_mut().find(holds) {
            act(revision);
        }
    }
}
