//! The plant of one machine: child processes behind an HTTP proxy.

mod ask;
mod ended;
mod one_offs;
mod service;
mod settings;
mod task;
mod tending;

pub use settings::{HealthCheck, ServiceSettings};

use jiff::Timestamp;
use parking_lot::RwLock;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing::warn;

use self::service::{Route, Service};
use crate::plant::{Answer, Ask, OneOff, Orders, Plant, Standing, Target, Task};
use crate::processes::{Artifact, Ports, Record};
use crate::proxy::listener::Listener;
use crate::proxy::router::Router;
use crate::proxy::{Clock, Counts, Totals};
use crate::traffic::Traffic;

/// Services whose tasks are child processes, each behind a proxy of its own.
///
/// To be used within a tokio runtime. [`Real::shutdown`] ends it; when it is dropped without, the
/// runtime's end kills the tasks.
pub struct Real {
    machine: Arc<Machine>,
    services: RwLock<BTreeMap<String, Arc<Service>>>,
}

type Images = dyn Fn(&str, Option<Vec<String>>) -> Option<Artifact> + Send + Sync;

/// What all services share.
struct Machine {
    images: Box<Images>,
    record: Box<dyn Record>,
    clock: Clock,
    ports: Arc<Ports>,
}

/// Where a service listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// Where clients connect.
    pub production: SocketAddr,
    /// Where checks look at green.
    pub test: SocketAddr,
}

/// Why a service cannot stand here.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// A service of this name stands here.
    #[error("there is a service {0} already")]
    Twice(String),
    /// A setting cannot be.
    #[error("{service}: {field}: {why}")]
    Setting {
        /// The service's name.
        service: String,
        /// The setting: `health.path`.
        field: &'static str,
        /// What would be right.
        why: String,
    },
    /// A listener's address is taken, forbidden or not of this machine.
    #[error("the {listener} listener of {service} cannot listen on {address}: {error}")]
    Listener {
        /// `production` or `test`.
        listener: &'static str,
        /// The service's name.
        service: String,
        /// The address it was to listen on.
        address: SocketAddr,
        /// Why not.
        #[source]
        error: io::Error,
    },
}

impl Real {
    /// A machine without services.
    ///
    /// `images` tells what an image is on this machine, with its own command or the one that is given; it
    /// is asked at every start of a task.
    /// `record` remembers processes for [`crate::processes::reap`]; `()` remembers nothing.
    /// Neither may call this plant. `now` dates requests.
    pub fn new(
        images: impl Fn(&str, Option<Vec<String>>) -> Option<Artifact> + Send + Sync + 'static,
        record: impl Record,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let machine = Machine {
            images: Box::new(images),
            record: Box::new(record),
            clock: Arc::new(now),
            ports: Arc::default(),
        };
        Self { machine: Arc::new(machine), services: RwLock::default() }
    }

    /// Opens the listeners of a service. It has no tasks, and answers 503, until orders come.
    pub async fn add(&self, settings: ServiceSettings) -> Result<Addresses, AddError> {
        let health_path = settings.check().map_err(|(field, why)| AddError::Setting {
            service: settings.name.clone(),
            field,
            why,
        })?;
        if self.service(&settings.name).is_some() {
            return Err(AddError::Twice(settings.name));
        }
        let counts = Arc::new(Counts::new(Arc::clone(&self.machine.clock)));
        let production = self.open("production", &settings, Some(Arc::clone(&counts))).await?;
        let test = self.open("test", &settings, None).await?;

        let mut services = self.services.write();
        // Again: the name may have been added while the listeners were opened.
        if services.contains_key(&settings.name) {
            return Err(AddError::Twice(settings.name));
        }
        let name = settings.name.clone();
        let machine = Arc::clone(&self.machine);
        let service = Service::new(settings, health_path, machine, production, test, counts);
        let addresses = service.addresses();
        services.insert(name, service);
        Ok(addresses)
    }

    async fn open(
        &self,
        listener: &'static str,
        settings: &ServiceSettings,
        counts: Option<Arc<Counts>>,
    ) -> Result<Route, AddError> {
        let address = match counts {
            Some(_) => settings.production_listener,
            None => settings.test_listener,
        };
        let router = Arc::new(Router::new());
        let clock = Arc::clone(&self.machine.clock);
        let opened = TcpListener::bind(address).await.and_then(|socket| {
            Listener::serve(socket, Arc::clone(&router), counts, clock, settings.idle_timeout)
        });
        let error =
            |error| AddError::Listener { listener, service: settings.name.clone(), address, error };
        Ok(Route { listener: opened.map_err(error)?, router })
    }

    /// Where a service listens.
    pub fn addresses(&self, service: &str) -> Option<Addresses> {
        self.service(service).map(|service| service.addresses())
    }

    /// All production requests of a service since it was added.
    pub fn totals(&self, service: &str) -> Option<Totals> {
        self.service(service).map(|service| service.totals())
    }

    /// Answers the requests that are in flight, then stops every task. When this returns no process
    /// of ours is left.
    pub async fn shutdown(&self) {
        let services = std::mem::take(&mut *self.services.write());
        let mut closing: JoinSet<()> =
            services.into_values().map(|service| async move { service.close().await }).collect();
        while closing.join_next().await.is_some() {}
    }

    fn service(&self, name: &str) -> Option<Arc<Service>> {
        self.services.read().get(name).cloned()
    }
}

impl Plant for Real {
    fn tend(&self, service: &str, orders: Orders) {
        let Some(standing) = self.service(service) else {
            warn!(service, "there are orders for {service}, which does not stand here");
            return;
        };
        standing.tend(orders);
    }

    fn standing(&self, service: &str) -> Vec<Standing> {
        self.service(service).map_or_else(Vec::new, |service| service.standing())
    }

    async fn changed(&self, service: &str) {
        match self.service(service) {
            Some(service) => service.until_changed().await,
            // Nothing of it will change, but whoever waits should not wait forever for a service
            // that is added later.
            None => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }

    fn targets(&self, service: &str, revision: &str) -> Vec<Target> {
        self.service(service).map_or_else(Vec::new, |service| service.targets(revision))
    }

    fn tasks(&self, service: &str, revision: &str) -> Vec<Task> {
        self.service(service).map_or_else(Vec::new, |service| service.tasks(revision))
    }

    fn begin(&self, service: &str, task: OneOff) {
        match self.service(service) {
            Some(service) => service.begin(task),
            None => warn!(service, "a task is wanted of {service}, which does not stand here"),
        }
    }

    fn one_off(&self, service: &str, task: &str) -> Option<Task> {
        self.service(service)?.one_off(task)
    }

    fn end(&self, service: &str, task: &str, why: &str) {
        if let Some(service) = self.service(service) {
            service.end(task, why);
        }
    }

    fn output(&self, service: &str, task: &str) -> Option<Vec<String>> {
        self.service(service)?.output(task)
    }

    async fn ask(&self, service: &str, ask: &Ask) -> Result<Answer, String> {
        let listening = self
            .service(service)
            .ok_or_else(|| format!("{service} does not stand on this machine"))?;
        ask::ask(listening.test_address(), service, ask).await
    }

    fn traffic(
        &self,
        service: &str,
        revision: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Traffic> {
        self.service(service)?.traffic(revision, from, to)
    }
}

impl fmt::Debug for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let services = self.services.read();
        f.debug_struct("Real").field("services", &services.keys()).finish_non_exhaustive()
    }
}
