//! The account: everything that a deployment meets on AWS, on one machine.
//!
//! The same state machines, rules and steps run here as on AWS; ECS is our [model](crate::ecs) of
//! it, its tasks stand in a [plant](crate::plant), real or simulated. All time is tokio's, so a test
//! that pauses the clock sees days go by in milliseconds.

mod calls;
mod definitions;
mod ecs;
mod executions;
mod fleet;
mod images;
mod ledger;
mod ringing;
mod steps;
mod store;
mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use asl::{Clock, Execution, Keep, Tokens};
use domain::Failure;
use domain::desk::Desk;
use domain::name::{DeploymentId, Digest, Image, ServiceName, Tag};
use domain::record::{Entry, Record};
use domain::release::ImagePushed;
use domain::request::Request;
use domain::service::{Place, ServiceDocument};
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use calls::{Call, Calls, Fault};
pub use definitions::MACHINES;
pub use executions::NotStarted;
pub use images::Images;
pub use steps::VERBS;
pub use store::{Kind, Store, StoreError};

use self::definitions::Target;
use self::executions::{Executions, failed};
use self::steps::Payload;
use crate::alarms::{AlarmBook, AlarmState, Alarms};
use crate::bus::{self, Bus, DeadLetter};
use crate::ecs::{CreateService, Service, TaskDefinition};
use crate::plant::{Orders, Plant, Share};
use crate::processes::Artifact;

/// What kind of account it is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The region that its ARNs name.
    pub region: String,
    /// The account number that its ARNs name.
    pub account: String,
    /// How much of each execution is remembered.
    pub keep: Keep,
    /// How deliveries of the bus are tried again, and what seeds their jitter.
    pub bus: bus::Settings,
    /// What task tokens begin with; by default something that was never used before.
    pub tokens: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: "local".to_owned(),
            account: "000000000000".to_owned(),
            keep: Keep::default(),
            bus: bus::Settings::default(),
            tokens: None,
        }
    }
}

/// Something happened that a story would tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// An entry was added to the record of a deployment.
    Recorded {
        /// When.
        at: Timestamp,
        /// Which deployment.
        deployment: DeploymentId,
        /// Of which service.
        service: ServiceName,
        /// What.
        entry: Entry,
    },
    /// ECS ordered another division of production traffic.
    Shifted {
        /// When.
        at: Timestamp,
        /// Of which service.
        place: Place,
        /// The digest of each image that gets some, and its share.
        production: Vec<(String, Share)>,
    },
}

/// Hears of everything that is told, at once and in order. It must not block.
pub type Observer = Arc<dyn Fn(&Told) + Send + Sync>;

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

struct Inner<P: Plant> {
    settings: Settings,
    clock: Clock,
    plant: Arc<P>,
    store: Arc<Store>,
    images: Arc<Images>,
    documents: RwLock<BTreeMap<ServiceName, ServiceDocument>>,
    ecs: ecs::Ecs,
    alarms: Mutex<AlarmBook>,
    /// The names of the alarms that ring.
    ringing: RwLock<Arc<[String]>>,
    /// Counts changes of alarms, for those who wait for one.
    alarm_changed: watch::Sender<u64>,
    book: ledger::Book,
    executions: Executions,
    tokens: Tokens,
    bus: OnceLock<Bus>,
    calls: Calls,
    repeat_steps: AtomicBool,
    tasks: TaskTracker,
    closing: CancellationToken,
    observer: RwLock<Option<Observer>>,
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
            observer: RwLock::default(),
            images,
            store,
            settings,
        });
        inner.open_bus();

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
            let task_definition = TaskDefinition {
                arn: format!("arn:aws:ecs:{region}:{account}:task-definition/{}:1", place.service),
                image: document.image.at(image),
            };
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
        let payload = Payload::Own(json!(pushed));
        let received = steps::invoke(&self.0, "receive", payload).await;
        received.map(drop).map_err(|error| failed(&error))
    }

    /// Puts an image into this machine's registry and answers its digest.
    pub fn push(&self, image: &Image, tag: &Tag, artifact: Artifact) -> Digest {
        self.0.images.push(&self.0.store, image, tag, artifact)
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

    /// Takes a rollout in progress back, as a person does at the console with
    /// `StopServiceDeployment`. False if there is none.
    pub fn take_back(&self, place: &Place) -> Result<bool, Failure> {
        self.0.take_back(place)
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

    /// The calls that steps make.
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

impl<P: Plant> Inner<P> {
    fn bus(&self) -> &Bus {
        self.bus.get().expect("the bus is opened with the account")
    }

    fn open_bus(self: &Arc<Self>) {
        let targets = definitions::targets();
        let account = Arc::downgrade(self);
        let bus = Bus::with(self.settings.bus, move |rule: Arc<str>, event| {
            let (account, target) = (account.upgrade(), targets.get(&*rule).cloned());
            async move {
                match (account, target) {
                    (Some(account), Some(target)) => account.deliver(&target, &event).await,
                    _ => Ok(()),
                }
            }
        });
        for rule in definitions::rules() {
            bus.put_rule(rule);
        }
        let _ = self.bus.set(bus);
    }

    /// Starts what a rule names, with an event.
    async fn deliver(self: &Arc<Self>, target: &Target, event: &bus::Event) -> Result<(), String> {
        match target {
            // EventBridge names the execution after the event, so a second delivery of the same
            // event finds the first.
            Target::Machine(machine) => {
                match self.start(machine, &event.id.to_string(), event.detail.clone()) {
                    Ok(_) | Err(NotStarted::AlreadyExists(_)) => Ok(()),
                    Err(error @ NotStarted::NoMachine(_)) => Err(error.to_string()),
                }
            }
            Target::Function(verb) => {
                let answered = steps::invoke(self, verb, Payload::Own(json!(event))).await;
                answered.map(drop).map_err(|error| error.answer())
            }
        }
    }

    /// Runs something until the account closes.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let closing = self.closing.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = closing.cancelled() => {}
                () = task => {}
            }
        });
    }

    fn tell(&self, told: &Told) {
        let observer = self.observer.read().clone();
        if let Some(observer) = observer {
            observer(told);
        }
    }

    fn shifted(&self, place: &Place, orders: &Orders) {
        let image = |revision: &str| {
            let known = orders.revisions.iter().find(|it| it.revision == revision);
            let digest = known.and_then(|it| it.image.split_once('@')).map(|(_, digest)| digest);
            digest.unwrap_or_default().to_owned()
        };
        let shares = orders.production.iter().filter(|(_, share)| *share > Share::NONE);
        let production = shares.map(|(revision, share)| (image(revision), *share)).collect();
        self.tell(&Told::Shifted { at: self.clock.now(), place: place.clone(), production });
    }

    /// The moment of tokio's clock at which it will be `at`.
    fn until(&self, at: Timestamp) -> tokio::time::Instant {
        let left = at.duration_since(self.clock.now());
        let left = std::time::Duration::try_from(left).unwrap_or_default();
        // A distant moment may be beyond what a clock can count; a year is as good.
        let year = std::time::Duration::from_hours(365 * 24);
        tokio::time::Instant::now() + left.min(year)
    }
}
