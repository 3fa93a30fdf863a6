//! The account: everything that a deployment meets on AWS, on one machine.
//!
//! The same state machines, rules and steps run here as on AWS; ECS is our [model](crate::ecs) of
//! it, its tasks stand in a [plant](crate::plant), real or simulated. All time is tokio's, so a test
//! that pauses the clock sees days go by in milliseconds.

mod settings;
mod told;

mod inner;
mod world;

mod blueprint;
mod databases;
mod ecs;
mod evidence;
mod fleet;
mod ground;
mod images;
mod ledger;
mod marks;
mod math;
mod meter;
mod metrics;
mod objects;
mod one_offs;
mod people;
mod prometheus;
mod ringing;
mod store;
mod talk;
mod wire;
mod workspaces;

mod calls;
mod definitions;
mod executions;
mod steps;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use asl::{Clock, Execution, Tokens};
use domain::Failure;
use domain::alert::Alerts;
use domain::desk::Desk;
use domain::name::{DeploymentId, Digest, Image, ServiceName, Tag};
use domain::platform::Platform;
use domain::record::Record;
use domain::release::ImagePushed;
use domain::request::Request;
use domain::service::{Place, ServiceDocument};
use domain::terraform::Run;
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use workflow::Received;
use workflow::ports::Letter;

pub use calls::{Call, Calls, Fault};
pub use definitions::MACHINES;
pub use executions::NotStarted;
pub use images::Images;
pub use prometheus::{Asking, Oracle};
pub use settings::Settings;
pub use steps::VERBS;
pub use store::{Kind, Store, StoreError};
pub use talk::{Posted, Saying, Speaker};
pub use told::{Observer, Told};
pub use world::World;

pub(crate) use blueprint::{family, words};
pub(crate) use ecs::place_in;
pub(crate) use fleet::target_group;
pub(crate) use one_offs::StartedTask;

use self::executions::{Executions, failed};
use self::inner::Inner;
use self::steps::Payload;
use crate::alarms::{AlarmBook, AlarmState, Alarms};
use crate::bus::{Bus, DeadLetter};
use crate::databases::{Database, Databases};
use crate::ecs::{CreateService, Service, TaskDefinition};
use crate::plant::Plant;
use crate::processes::Artifact;

/// An account. Clones are the same account.
pub struct Account<P: Plant>(Arc<Inner<P>>);

impl<P: Plant> Clone for Account<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Plant> std::fmt::Debug for Account<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Account").field(&self.0.settings).finish()
    }
}

/// The images of the account that a store holds, to be shared with a plant.
pub fn images(store: &Store) -> Result<Arc<Images>, StoreError> {
    Images::load(store).map(Arc::new)
}

impl<P: Plant> Account<P> {
    /// Opens an account: as it was if the store remembers one, else a new one.
    ///
    /// Executions that ran when it was last open are carried on only by [`Account::carry_on`], after
    /// the services were added.
    pub fn open(
        settings: Settings,
        plant: Arc<P>,
        store: Arc<Store>,
        images: Arc<Images>,
        alarms: Alarms,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let tokens = settings.tokens.clone().map_or_else(Tokens::new, Tokens::named);
        let now = clock.now();
        let standings = store.load(Kind::Alarm)?.into_iter().collect();
        let book = AlarmBook::new(alarms, settings.account.as_str(), settings.region.as_str(), now)
            .resume(standings);
        let inner = Arc::new(Inner {
            clock,
            plant,
            documents: RwLock::default(),
            ecs: ecs::Ecs::load(&store)?,
            databases: Databases::default(),
            ringing: RwLock::new(ringing::names(&book)),
            alarms: Mutex::new(book),
            alarm_changed: watch::Sender::new(0),
            book: ledger::Book::load(&store)?,
            executions: Executions::new(&settings),
            tokens,
            bus: OnceLock::new(),
            calls: Calls::default(),
            repeat_steps: AtomicBool::new(false),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            objects: objects::Bucketful::default(),
            workspaces: workspaces::Rooms::default(),
            started: one_offs::Started::default(),
            ground: ground::Changes::default(),
            marks: marks::Marks::default(),
            meter: meter::Counts::default(),
            observer: RwLock::default(),
            talk: talk::Talk::default(),
            oracle: RwLock::default(),
            images,
            store,
            settings,
        });
        inner.open_bus();
        inner.open_schedules();

        let ringing = ringing::drive(Arc::clone(&inner));
        inner.spawn(ringing);
        Ok(Self(inner))
    }

    /// Puts a service under Cutover. If ECS does not have it, it begins with `image` at `tasks`
    /// tasks.
    pub fn add(
        &self,
        document: ServiceDocument,
        image: &Digest,
        tasks: u32,
    ) -> Result<(), Failure> {
        let place = document.place();
        if !self.0.ecs.has(&place) {
            let Settings { region, account, .. } = &self.0.settings;
            let task_definition = TaskDefinition::new(
                format!("arn:aws:ecs:{region}:{account}:task-definition/{}:1", place.service),
                document.image.at(image),
            );
            self.0.ecs.keep(&self.0.store, &task_definition);
            let create = CreateService {
                name: place.service.clone(),
                cluster: place.cluster.clone(),
                region: region.clone(),
                account: account.clone(),
                task_definition,
                desired_count: tasks,
                deployment_configuration: crate::ecs::DeploymentConfiguration::default(),
                has_load_balancer: true,
                has_test_listener: true,
            };
            let service = Service::create(create, self.now());
            let service = service.map_err(|error| Failure::Invalid(error.to_string()))?;
            self.0.ecs.add(&self.0.store, &place, service);
        }
        self.0.documents.write().insert(document.name.clone(), document);

        let driving = ecs::drive(Arc::clone(&self.0), place);
        self.0.spawn(driving);
        Ok(())
    }

    /// Makes a database known under the name by which its replicas are asked for.
    pub fn database(&self, name: &str, database: Arc<dyn Database>) {
        self.0.databases.put(name, database);
    }

    /// Carries on what ran when the account was last open. Answers how many executions that were.
    pub fn carry_on(&self) -> Result<usize, StoreError> {
        self.0.carry_on()
    }

    /// Tells `observer` of everything from now on.
    pub fn observe(&self, observer: impl Fn(&Told) + Send + Sync + 'static) {
        *self.0.observer.write() = Some(Arc::new(observer));
    }

    /// Tells the account that an image was pushed, as the webhook does.
    pub async fn receive(&self, pushed: ImagePushed) -> Result<(), Failure> {
        self.receive_from(Received::Image(pushed)).await
    }

    /// Tells the account of a run of HCP Terraform, as its notification does.
    pub async fn receive_run(&self, run: Run) -> Result<(), Failure> {
        self.receive_from(Received::Run(run)).await
    }

    async fn receive_from(&self, received: Received) -> Result<(), Failure> {
        let payload = Payload::Own(json!(received));
        let received = steps::invoke(&self.0, "receive", payload).await;
        received.map(drop).map_err(|error| failed(&error))
    }

    /// Tells the account what became of alerts, as Alertmanager's webhook does.
    pub async fn alert(&self, told: Alerts) -> Result<(), Failure> {
        let alerted = steps::invoke(&self.0, "alert", Payload::Own(json!(told))).await;
        alerted.map(drop).map_err(|error| failed(&error))
    }

    /// Puts an image into this machine's registry and answers its digest.
    pub fn push(&self, image: &Image, tag: &Tag, artifact: Artifact) -> Digest {
        self.0.images.push(&self.0.store, image, tag, artifact)
    }

    /// Says what an image is built for; without that nobody knows.
    pub fn build_for(&self, image: &Image, digest: &Digest, platforms: Vec<Platform>) {
        self.0.images.build_for(image, digest, platforms);
    }

    /// Starts a deployment that somebody asked for.
    pub fn deploy(&self, request: &Request) -> Result<DeploymentId, NotStarted> {
        let name = request.execution(0);
        self.0.start("deployment", name.as_str(), json!(request))?;
        Ok(name)
    }

    /// Starts an execution of any machine, as a person does at the console.
    pub fn start(&self, machine: &str, name: &str, input: Value) -> Result<Execution, NotStarted> {
        self.0.start(machine, name, input)
    }

    /// An execution of this life of the account.
    pub fn execution(&self, machine: &str, name: &str) -> Option<Execution> {
        self.0.executions.get(machine, name)
    }

    /// All executions of this life of the account.
    pub fn executions(&self) -> Vec<Execution> {
        self.0.executions.all()
    }

    /// The service documents.
    pub fn services(&self) -> Vec<ServiceDocument> {
        self.0.documents.read().values().cloned().collect()
    }

    /// The desk of a service.
    pub fn desk(&self, service: &ServiceName) -> Desk {
        self.0.book.desk(service)
    }

    /// Every desk.
    pub fn desks(&self) -> Vec<Desk> {
        self.0.book.desks()
    }

    /// The record of a deployment.
    pub fn record(&self, deployment: &DeploymentId) -> Option<Record> {
        self.0.book.record(deployment)
    }

    /// The newest deployments of a service, newest first.
    pub fn history(&self, service: &ServiceName, most: usize) -> Vec<Record> {
        self.0.book.history(service, most)
    }

    /// A service as ECS has it.
    pub fn ecs<T>(&self, place: &Place, ask: impl FnOnce(&Service) -> T) -> Option<T> {
        self.0.ecs.read(place, |service| Ok(ask(service))).ok()
    }

    /// How an alarm stands, and since when.
    pub fn alarm(&self, name: &str) -> Option<(AlarmState, Timestamp)> {
        let book = self.0.alarms.lock();
        book.state(name).map(|standing| (standing.value, standing.since))
    }

    /// Puts an alarm into a state by hand, as `SetAlarmState` does.
    pub fn set_alarm(&self, name: &str, state: AlarmState, why: &str) -> Result<(), Failure> {
        self.0.set_alarm(name, state, why)
    }

    /// The bus.
    pub fn bus(&self) -> &Bus {
        self.0.bus()
    }

    /// Events and webhook bodies that nobody could take.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.0.bus().dead_letters()
    }

    /// Lets `speaker` say what people are told in a chat; without, it is kept here.
    pub fn let_speak(&self, speaker: Speaker) {
        self.0.talk.let_speak(speaker);
    }

    /// The messages of this life of the account, as a chat shows them.
    pub fn messages(&self) -> Vec<Posted> {
        self.0.talk.messages()
    }

    /// The letters of this life of the account, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.0.talk.letters()
    }

    /// What the steps ask of the world, kept by this account.
    pub fn world(&self) -> World<P> {
        World(Arc::clone(&self.0))
    }

    /// The calls that steps make, and those that come over the [wire](crate::wire).
    pub fn calls(&self) -> &Calls {
        &self.0.calls
    }

    /// Whether every step runs twice from now on, as it may when an answer is lost.
    pub fn repeat_steps(&self, repeat: bool) {
        self.0.repeat_steps.store(repeat, Ordering::Relaxed);
    }

    /// The plant.
    pub fn plant(&self) -> &P {
        &self.0.plant
    }

    /// What time it is in the account.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What is measured, in the text format that Prometheus reads. Counts begin anew when the account
    /// is opened.
    pub fn metrics(&self) -> String {
        self.0.metrics()
    }

    /// Stops driving services and alarms. Executions are left as they are and carried on when the
    /// account is opened again: no step goes on, so none takes what is taken down after this for a
    /// fleet that fell ill.
    pub fn close(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
    }

    /// Waits until nothing of a closed account touches its services and its store any more.
    pub async fn at_rest(&self) {
        self.0.tasks.wait().await;
    }
}
