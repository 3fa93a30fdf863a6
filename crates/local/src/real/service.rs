//! One service: what is ordered, what stands, and the loop that brings them together.

use http::Uri;
use jiff::Timestamp;
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::TaskTracker;
use tracing::{info, warn};
use uuid::Uuid;

use super::ended::{Ended, Known};
use super::one_offs::{OneOff, OneOffs};
use super::settings::ServiceSettings;
use super::task::{Ending, Keeper, Task, longest_end};
use super::tending::{Condition, Tending, tend};
use super::{Addresses, Machine};
use crate::plant::{self, Orders, Share, Standing, Target as PlantTarget};
use crate::processes::{Exit, Identity, Lease, Pause, Process, Tail};
use crate::proxy::group::Group;
use crate::proxy::listener::Listener;
use crate::proxy::router::Router;
use crate::proxy::target::Target;
use crate::proxy::{Counts, Totals};
use crate::traffic::Traffic;

/// A service that stands on this machine.
pub(super) struct Service {
    pub(super) settings: ServiceSettings,
    health_path: Uri,
    machine: Arc<Machine>,
    production: Route,
    test: Route,
    counts: Arc<Counts>,
    fleet: Mutex<Fleet>,
    one_offs: OneOffs,
    /// Wakes the loop. A permit is kept while the loop is busy, so no wake-up is lost.
    wake: Notify,
    /// Counts changes of what stands.
    changes: watch::Sender<u64>,
    /// The change up to which `changed` has told.
    told: AtomicU64,
    keepers: TaskTracker,
}

/// A listener and its rule.
pub(super) struct Route {
    pub(super) listener: Listener,
    pub(super) router: Arc<Router>,
}

#[derive(Default)]
struct Fleet {
    /// Nothing is started any more.
    closed: bool,
    /// The weights that are in force; given again they change nothing, not even whose turn it is.
    production: Vec<(String, Share)>,
    test: Vec<(String, Share)>,
    revisions: Vec<Revision>,
    ended: Ended,
}

struct Revision {
    group: Arc<Group>,
    wanted: usize,
    /// Oldest first.
    tasks: Vec<Arc<Task>>,
    failed: u32,
    reason: Option<String>,
    pause: Pause,
}

impl Fleet {
    /// Groups by weight. A revision without tasks has a group without targets, which answers 503.
    fn weights(&self, shares: &[(String, Share)]) -> Vec<(Arc<Group>, u16)> {
        let group = |arn: &str| {
            let known = self.revisions.iter().find(|it| &*it.group.revision == arn);
            known.map_or_else(|| Group::new(arn, "none"), |it| Arc::clone(&it.group))
        };
        shares.iter().map(|(arn, share)| (group(arn), share.0)).collect()
    }
}

impl Service {
    pub(super) fn new(
        settings: ServiceSettings,
        health_path: Uri,
        machine: Arc<Machine>,
        production: Route,
        test: Route,
        counts: Arc<Counts>,
    ) -> Arc<Self> {
        let service = Arc::new(Self {
            settings,
            health_path,
            machine,
            production,
            test,
            counts,
            fleet: Mutex::default(),
            one_offs: OneOffs::default(),
            wake: Notify::new(),
            changes: watch::Sender::new(1),
            told: AtomicU64::new(0),
            keepers: TaskTracker::new(),
        });
        tokio::spawn(keep_tending(Arc::clone(&service)));
        service
    }

    pub(super) fn addresses(&self) -> Addresses {
        Addresses {
            production: self.production.listener.address(),
            test: self.test.listener.address(),
        }
    }

    pub(super) fn test_address(&self) -> SocketAddr {
        self.test.listener.address()
    }

    /// Takes new orders: traffic at once, tasks by the loop.
    pub(super) fn tend(&self, orders: Orders) {
        let mut fleet = self.fleet.lock();
        if fleet.closed {
            return;
        }

        let known = fleet.revisions.len();
        for revision in &mut fleet.revisions {
            revision.wanted = 0;
        }
        for ordered in &orders.revisions {
            let wanted = usize::try_from(ordered.tasks).unwrap_or(usize::MAX);
            self.revision(&mut fleet, &ordered.revision, &ordered.image).wanted = wanted;
        }

        // Traffic leaves before tasks do: `tend_tasks` needs the lock that is held here.
        let added = fleet.revisions.len() > known;
        if added || fleet.production != orders.production {
            self.production.router.forward(fleet.weights(&orders.production));
            fleet.production = orders.production;
        }
        if added || fleet.test != orders.test {
            self.test.router.forward(fleet.weights(&orders.test));
            fleet.test = orders.test;
        }

        drop(fleet);
        self.wake.notify_one();
    }

    fn revision<'a>(&self, fleet: &'a mut Fleet, arn: &str, image: &str) -> &'a mut Revision {
        let known = fleet.revisions.iter().position(|it| &*it.group.revision == arn);
        let at = known.unwrap_or_else(|| {
            let settings = &self.settings;
            fleet.revisions.push(Revision {
                group: Group::new(arn, image),
                wanted: 0,
                tasks: Vec::new(),
                failed: 0,
                reason: None,
                pause: Pause::new(settings.restart_pause, settings.longest_restart_pause),
            });
            fleet.revisions.len() - 1
        });
        &mut fleet.revisions[at]
    }

    /// Starts what is missing and stops what is too much. Answers when to look again at the latest.
    fn tend_tasks(self: &Arc<Self>) -> Option<Instant> {
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
    fn process(
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

    /// Starts a task that runs once, unless one of its id was started before.
    pub(super) fn begin(self: &Arc<Self>, task: plant::OneOff) {
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

    pub(super) fn one_off(&self, id: &str) -> Option<plant::Task> {
        self.one_offs.find(id).map(|task| task.task(id))
    }

    pub(super) fn end(&self, id: &str, why: &str) {
        if let Some(task) = self.one_offs.find(id) {
            task.stop(why);
        }
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

    fn changed(&self) {
        self.changes.send_modify(|change| *change += 1);
    }

    /// See [`crate::plant::Plant::changed`].
    ///
    /// It has a memory of its own of what it told, and does not take a call of `standing` for
    /// having been told: somebody else may have made that call, and the change would be lost.
    pub(super) async fn until_changed(&self) {
        let told = self.told.load(Ordering::SeqCst);
        let mut changes = self.changes.subscribe();
        if let Ok(change) = changes.wait_for(|change| *change > told).await {
            self.told.fetch_max(*change, Ordering::SeqCst);
        }
    }

    pub(super) fn standing(&self) -> Vec<Standing> {
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

    pub(super) fn targets(&self, revision: &str) -> Vec<PlantTarget> {
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

    pub(super) fn tasks(&self, revision: &str) -> Vec<plant::Task> {
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

    pub(super) fn output(&self, task: &str) -> Option<Vec<String>> {
        let fleet = self.fleet.lock();
        let mut standing = fleet.revisions.iter().flat_map(|revision| &revision.tasks);
        let standing = standing.find(|it| it.id == task).map(|it| it.tail.lines());
        let once = || self.one_offs.find(task).map(|it| it.tail.lines());
        let ended = || fleet.ended.find(task).map(|known| known.lines.clone());
        standing.or_else(ended).or_else(once)
    }

    pub(super) fn traffic(
        &self,
        revision: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Traffic> {
        self.counts.traffic(revision, from, to)
    }

    pub(super) fn totals(&self) -> Totals {
        self.counts.totals()
    }

    /// Answers what is in flight, then stops every task. Nothing is started after.
    pub(super) async fn close(&self) {
        {
            let mut fleet = self.fleet.lock();
            fleet.closed = true;
        }
        let patience = self.settings.deregistration_delay;
        tokio::join!(self.production.listener.close(patience), self.test.listener.close(patience));

        {
            let mut fleet = self.fleet.lock();
            for revision in &mut fleet.revisions {
                revision.wanted = 0;
                revision.tasks.iter().for_each(|task| task.stop());
            }
        }
        self.one_offs.stop("the service is closed");
        self.wake.notify_one();
        self.keepers.close();
        if timeout(longest_end(&self.settings), self.keepers.wait()).await.is_err() {
            warn!(service = %self.settings.name, "tasks of {} do not end", self.settings.name);
        }
    }

    fn is_closed(&self) -> bool {
        let fleet = self.fleet.lock();
        fleet.closed && fleet.revisions.iter().all(|revision| revision.tasks.is_empty())
    }
}

/// The loop. It ends when the service is closed and its last task gone.
async fn keep_tending(service: Arc<Service>) {
    while !service.is_closed() {
        match service.tend_tasks() {
            Some(again) => tokio::select! {
                () = service.wake.notified() => {}
                () = sleep_until(again) => {}
            },
            None => service.wake.notified().await,
        }
    }
}
