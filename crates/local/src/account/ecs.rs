//! The ECS services of the account, and the loop that keeps each in step with its plant.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Failure;
use domain::service::Place;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use super::Inner;
use super::fleet::{next_revision, refused};
use super::store::{Kind, Store, StoreError};
use crate::bus;
use crate::ecs::{ApiError, EcsEvent, Service, StopType, TaskDefinition};
use crate::plant::{Orders, Plant};

/// All services, and the task definitions they may run.
#[derive(Debug, Default)]
pub(super) struct Ecs {
    services: RwLock<BTreeMap<String, Arc<Kept>>>,
    task_definitions: RwLock<BTreeMap<String, TaskDefinition>>,
}

/// One service, and the bell that is rung when somebody asked something of it.
#[derive(Debug)]
struct Kept {
    service: Mutex<Service>,
    asked: Notify,
}

impl Ecs {
    pub(super) fn load(store: &Store) -> Result<Self, StoreError> {
        let ecs = Self::default();
        for (key, service) in store.load::<Service>(Kind::Service)? {
            ecs.services.write().insert(key, Arc::new(Kept::new(service)));
        }
        *ecs.task_definitions.write() = store.load(Kind::TaskDefinition)?.into_iter().collect();
        Ok(ecs)
    }

    pub(super) fn has(&self, place: &Place) -> bool {
        self.services.read().contains_key(&place.to_string())
    }

    pub(super) fn add(&self, store: &Store, place: &Place, service: Service) {
        store.put(Kind::Service, &place.to_string(), &service);
        self.services.write().insert(place.to_string(), Arc::new(Kept::new(service)));
    }

    pub(super) fn task_definition(&self, arn: &str) -> Option<TaskDefinition> {
        self.task_definitions.read().get(arn).cloned()
    }

    pub(super) fn keep(&self, store: &Store, task_definition: &TaskDefinition) {
        store.put(Kind::TaskDefinition, &task_definition.arn, task_definition);
        let arn = task_definition.arn.clone();
        self.task_definitions.write().insert(arn, task_definition.clone());
    }

    /// Registers the next revision of a task definition's family, with another image.
    pub(super) fn register(
        &self,
        store: &Store,
        blue: &TaskDefinition,
        image: &str,
    ) -> TaskDefinition {
        let mut known = self.task_definitions.write();
        let revision =
            (1..=u32::MAX).find(|n| !known.contains_key(&next_revision(blue, *n, image).arn));
        let green = next_revision(blue, revision.unwrap_or(u32::MAX), image);
        store.put(Kind::TaskDefinition, &green.arn, &green);
        known.insert(green.arn.clone(), green.clone());
        green
    }

    /// Asks something of a service.
    pub(super) fn read<T>(
        &self,
        place: &Place,
        ask: impl FnOnce(&Service) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let kept = self.kept(place)?;
        let service = kept.service.lock();
        ask(&service)
    }

    /// Changes what a service should be, and rings for it to be looked at.
    pub(super) fn write(
        &self,
        store: &Store,
        place: &Place,
        change: impl FnOnce(&mut Service) -> Result<(), ApiError>,
    ) -> Result<(), Failure> {
        let kept = self.kept(place)?;
        let mut service = kept.service.lock();
        change(&mut service).map_err(|error| refused(&error))?;
        store.put(Kind::Service, &place.to_string(), &*service);
        kept.asked.notify_one();
        Ok(())
    }

    fn kept(&self, place: &Place) -> Result<Arc<Kept>, Failure> {
        let kept = self.services.read().get(&place.to_string()).cloned();
        kept.ok_or_else(|| Failure::Refused(format!("ECS has no service {place}")))
    }
}

impl Kept {
    fn new(service: Service) -> Self {
        Self { service: Mutex::new(service), asked: Notify::new() }
    }
}

impl<P: Plant> Inner<P> {
    /// Stops the rollout of a service that is in progress, if there is one.
    pub(super) fn take_back(&self, place: &Place) -> Result<bool, Failure> {
        let now = self.clock.now();
        let newest =
            self.ecs.read(place, |service| Ok(service.deployments().into_iter().next()))?;
        let Some(rollout) = newest.filter(|newest| !newest.status.is_final()) else {
            return Ok(false);
        };
        let stop = |service: &mut Service| service.stop(&rollout.arn, StopType::Rollback, now);
        self.ecs.write(&self.store, place, stop)?;
        Ok(true)
    }
}

/// Keeps a service in step with its plant until the account closes: tells it what stands, does
/// what it orders, and puts what it says on the bus.
pub(super) async fn drive<P: Plant>(account: Arc<Inner<P>>, place: Place) {
    let Ok(kept) = account.ecs.kept(&place) else { return };
    let mut ordered = None::<Orders>;
    let mut alarms = account.alarm_changed.subscribe();

    loop {
        let ringing = account.ringing();
        let standings = account.plant.standing(&place.service);
        let (orders, wake, events) = {
            let mut service = kept.service.lock();
            service.observe(&standings, &ringing, account.clock.now());
            let events = service.take_events();
            if !events.is_empty() {
                account.store.put(Kind::Service, &place.to_string(), &*service);
            }
            (service.orders(), service.next_wake(), events)
        };
        if ordered.as_ref() != Some(&orders) {
            account.shifted(&place, &orders);
            account.plant.tend(&place.service, orders.clone());
            ordered = Some(orders);
        }
        for event in events {
            account.bus().put(enveloped(event));
        }

        let until = wake.map(|at| account.until(at));
        tokio::select! {
            () = account.plant.changed(&place.service) => {}
            () = kept.asked.notified() => {}
            Ok(()) = alarms.changed() => {}
            () = sleep_until(until) => {}
        }
    }
}

async fn sleep_until(instant: Option<tokio::time::Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

fn enveloped(event: EcsEvent) -> bus::Event {
    bus::Event::new("aws.ecs", event.detail_type.as_str(), event.time, event.detail)
        .about(event.resources)
}
