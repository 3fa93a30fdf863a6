//! The ledger of this machine: desks and records, in memory and in the store.

use std::collections::BTreeMap;

use domain::desk::{Desk, Watcher};
use domain::name::{DeploymentId, ServiceName};
use domain::record::{Entry, Record};
use domain::signal::Signal;
use domain::telling::{Medium, Thread};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use super::store::{Kind, Store, StoreError};

/// What Cutover remembers.
#[derive(Debug, Default)]
pub(super) struct Book {
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    desks: BTreeMap<ServiceName, Desk>,
    records: BTreeMap<DeploymentId, Record>,
    /// Deployments of each service, oldest first.
    order: BTreeMap<ServiceName, Vec<DeploymentId>>,
    threads: BTreeMap<(DeploymentId, Medium), Thread>,
    /// When each channel takes the next message. Over a restart nothing is lost by forgetting it.
    channels: BTreeMap<String, Timestamp>,
}

impl Book {
    pub(super) fn load(store: &Store) -> Result<Self, StoreError> {
        let mut pages = Pages::default();
        for (_, desk) in store.load::<Desk>(Kind::Desk)? {
            pages.desks.insert(desk.service.clone(), desk);
        }
        for (_, thread) in store.load::<Thread>(Kind::Thread)? {
            pages.threads.insert((thread.deployment.clone(), thread.medium), thread);
        }
        let mut records: Vec<Record> =
            store.load(Kind::Record)?.into_iter().map(|(_, record)| record).collect();
        records.sort_by_key(|record| record.entries.first().map(|first| first.at));
        for record in records {
            pages.enlist(&record);
            pages.records.insert(record.deployment.clone(), record);
        }
        Ok(Self { pages: Mutex::new(pages) })
    }

    pub(super) fn desk(&self, service: &ServiceName) -> Desk {
        let pages = self.pages.lock();
        pages.desks.get(service).cloned().unwrap_or_else(|| Desk::new(service.clone()))
    }

    pub(super) fn desks(&self) -> Vec<Desk> {
        self.pages.lock().desks.values().cloned().collect()
    }

    pub(super) fn replace(&self, store: &Store, mut desk: Desk) -> bool {
        let mut pages = self.pages.lock();
        let version = pages.desks.get(&desk.service).map_or(0, |desk| desk.version);
        if version != desk.version {
            return false;
        }

        desk.version += 1;
        store.put(Kind::Desk, desk.service.as_str(), &desk);
        pages.desks.insert(desk.service.clone(), desk);
        true
    }

    pub(super) fn watchers(&self, signal: &Signal) -> Vec<Watcher> {
        let pages = self.pages.lock();
        let watchers = pages.desks.values().filter_map(|desk| desk.watcher.as_ref());
        watchers.filter(|watcher| watcher.heeds(signal)).cloned().collect()
    }

    pub(super) fn record(&self, deployment: &DeploymentId) -> Option<Record> {
        self.pages.lock().records.get(deployment).cloned()
    }

    pub(super) fn thread(&self, deployment: &DeploymentId, medium: Medium) -> Thread {
        let known = self.pages.lock().threads.get(&(deployment.clone(), medium)).cloned();
        known.unwrap_or_else(|| Thread::new(deployment.clone(), medium))
    }

    pub(super) fn keep(&self, store: &Store, mut thread: Thread) -> bool {
        let mut pages = self.pages.lock();
        let key = (thread.deployment.clone(), thread.medium);
        if pages.threads.get(&key).map_or(0, |thread| thread.version) != thread.version {
            return false;
        }

        thread.version += 1;
        store.put(Kind::Thread, &format!("{}/{}", key.0, key.1.as_str()), &thread);
        pages.threads.insert(key, thread);
        true
    }

    /// The next second of a channel that nobody has.
    pub(super) fn reserve(&self, channel: &str, now: Timestamp) -> Timestamp {
        let mut pages = self.pages.lock();
        let next = pages.channels.entry(channel.to_owned()).or_insert(now);
        let at = now.max(*next);
        *next = at.saturating_add(SignedDuration::from_secs(1)).unwrap_or(at);
        at
    }

    pub(super) fn hold_off(&self, channel: &str, until: Timestamp) {
        let mut pages = self.pages.lock();
        let next = pages.channels.entry(channel.to_owned()).or_insert(until);
        *next = until.max(*next);
    }

    /// The newest deployments of a service, newest first.
    pub(super) fn history(&self, service: &ServiceName, most: usize) -> Vec<Record> {
        let pages = self.pages.lock();
        let order = pages.order.get(service).map(Vec::as_slice).unwrap_or_default();
        order.iter().rev().take(most).filter_map(|id| pages.records.get(id).cloned()).collect()
    }

    /// Tells whether the entry was new.
    pub(super) fn append(
        &self,
        store: &Store,
        deployment: &DeploymentId,
        service: &ServiceName,
        entry: Entry,
        now: Timestamp,
    ) -> bool {
        let mut pages = self.pages.lock();
        if !pages.records.contains_key(deployment) {
            let record = Record::new(deployment.clone(), service.clone());
            pages.enlist(&record);
            pages.records.insert(deployment.clone(), record);
        }
        let Some(record) = pages.records.get_mut(deployment) else { return false };
        let new = record.append(entry, now);
        if new {
            store.put(Kind::Record, deployment.as_str(), record);
        }
        new
    }
}

impl Pages {
    fn enlist(&mut self, record: &Record) {
        self.order.entry(record.service.clone()).or_default().push(record.deployment.clone());
    }
}
