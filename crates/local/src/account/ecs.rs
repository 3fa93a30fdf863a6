//! The ECS services of the account, and the loop that keeps each in step with its plant.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Failure;
use domain::service::Place;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use super::Inner;
use super::store::{Kind, Store, StoreError};
use crate::bus;
use crate::ecs::{ApiError, EcsEvent, ErrorCode, Service, TaskDefinition};
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

    /// The newest task definition of a family, which is told by an ARN without a revision.
    pub(super) fn newest(&self, family: &str) -> Option<TaskDefinition> {
        let known = self.task_definitions.read();
        let of_family = known.values().filter_map(|it| {
            let (known, revision) = it.arn.rsplit_once(':')?;
            (known == family).then_some((revision.parse::<u32>().ok()?, it))
        });
        of_family.max_by_key(|(revision, _)| *revision).map(|(_, newest)| newest.clone())
    }

    /// Registers `form` as the next revision of its family, whatever revision its ARN names.
    pub(super) fn register(&self, store: &Store, form: TaskDefinition) -> TaskDefinition {
        let mut known = self.task_definitions.write();
        let family = form.arn.rsplit_once(':').map_or(form.arn.as_str(), |(family, _)| family);
        let arn = |revision: u32| format!("{family}:{revision}");
        let revision = (1..=u32::MAX).find(|revision| !known.contains_key(&arn(*revision)));

        let registered = TaskDefinition { arn: arn(revision.unwrap_or(u32::MAX)), ..form };
        store.put(Kind::TaskDefinition, &registered.arn, &registered);
        known.insert(registered.arn.clone(), registered.clone());
        registered
    }

    pub(super) fn has_cluster(&self, cluster: &str) -> bool {
        let services = self.services.read();
        services.keys().any(|place| place.split('/').next() == Some(cluster))
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
        let changed = self.change(store, place, change);
        changed.ok_or_else(|| unknown(place))?.map_err(|error| refused(&error))
    }

    /// The same, in the words of ECS; `None` if there is no such service.
    pub(super) fn change(
        &self,
        store: &Store,
        place: &Place,
        change: impl FnOnce(&mut Service) -> Result<(), ApiError>,
    ) -> Option<Result<(), ApiError>> {
        let kept = self.kept(place).ok()?;
        let mut service = kept.service.lock();
        let changed = change(&mut service);
        if changed.is_ok() {
            store.put(Kind::Service, &place.to_string(), &*service);
            kept.asked.notify_one();
        }
        Some(changed)
    }

    fn kept(&self, place: &Place) -> Result<Arc<Kept>, Failure> {
        let kept = self.services.read().get(&place.to_string()).cloned();
        kept.ok_or_else(|| unknown(place))
    }
}

fn unknown(place: &Place) -> Failure {
    Failure::Refused(format!("ECS has no service {place}"))
}

/// What a refused call of ECS means to a step.
fn refused(error: &ApiError) -> Failure {
    match error.code {
        ErrorCode::ConflictException => Failure::Busy(error.to_string()),
        ErrorCode::InvalidParameterException
        | ErrorCode::ClientException
        | ErrorCode::ServiceDeploymentNotFoundException => Failure::Refused(error.to_string()),
    }
}

/// Where the service is that an ARN names: `arn:…:<kind>/<cluster>/<service>`, with or without more.
pub(crate) fn place_in(arn: &str, kind: &str) -> Option<Place> {
    let resource = arn.splitn(6, ':').nth(5)?;
    match resource.split('/').collect::<Vec<_>>()[..] {
        [named, cluster, service, ..] if named == kind => {
            Some(Place { cluster: cluster.to_owned(), service: service.to_owned() })
        }
        _ => None,
    }
}

impl Kept {
    fn new(service: Service) -> Self {
        Self { service: Mutex::new(service), asked: Notify::new() }
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
            account.bus().put(enveloped(account.bus(), event));
        }

        let until = wake.map(|at| account.until(at));
        tokio::select! {
            biased;
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

fn enveloped(bus: &bus::Bus, event: EcsEvent) -> bus::Event {
    bus.event("aws.ecs", event.detail_type.as_str(), event.time, event.detail)
        .about(event.resources)
}
