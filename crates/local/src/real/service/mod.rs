//! One service: what is ordered, what stands, and the loop that brings them together.

mod once;
mod tasks;
mod view;

use http::Uri;
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep_until, timeout};
use tokio_util::task::TaskTracker;
use tracing::warn;

use super::ended::Ended;
use super::one_offs::OneOffs;
use super::settings::ServiceSettings;
use super::task::{Task, longest_end};
use super::{Addresses, Machine};
use crate::plant::{Orders, Share};
use crate::processes::Pause;
use crate::proxy::Counts;
use crate::proxy::group::Group;
use crate::proxy::listener::Listener;
use crate::proxy::router::Router;

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
