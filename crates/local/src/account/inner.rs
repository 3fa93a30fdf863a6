//! What all parts of an account share, and how its bus reaches them.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use asl::{Clock, Tokens};
use domain::name::ServiceName;
use domain::service::{Place, ServiceDocument};
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::definitions::{self, Target};
use super::executions::Executions;
use super::ground::Changes;
use super::marks::Marks;
use super::meter::Counts;
use super::objects::Bucketful;
use super::prometheus::Oracle;
use super::steps::{self, Payload};
use super::talk::Talk;
use super::workspaces::Rooms;
use super::{Calls, Images, NotStarted, Observer, Settings, Store, Told, ecs, ledger};
use crate::alarms::AlarmBook;
use crate::bus::{self, Bus};
use crate::databases::Databases;
use crate::plant::{Orders, Plant, Share};

/// What all parts of an account share.
pub(super) struct Inner<P: Plant> {
    pub(super) settings: Settings,
    pub(super) clock: Clock,
    pub(super) plant: Arc<P>,
    pub(super) store: Arc<Store>,
    pub(super) images: Arc<Images>,
    pub(super) documents: RwLock<BTreeMap<ServiceName, ServiceDocument>>,
    pub(super) ecs: ecs::Ecs,
    pub(super) databases: Databases,
    pub(super) alarms: Mutex<AlarmBook>,
    /// The names of the alarms that ring.
    pub(super) ringing: RwLock<Arc<[String]>>,
    /// Counts changes of alarms, for those who wait for one.
    pub(super) alarm_changed: watch::Sender<u64>,
    pub(super) book: ledger::Book,
    pub(super) executions: Executions,
    pub(super) tokens: Tokens,
    pub(super) bus: OnceLock<Bus>,
    pub(super) calls: Calls,
    pub(super) repeat_steps: AtomicBool,
    pub(super) tasks: TaskTracker,
    pub(super) closing: CancellationToken,
    pub(super) objects: Bucketful,
    pub(super) workspaces: Rooms,
    /// Tasks that were started to run once.
    pub(super) started: super::one_offs::Started,
    pub(super) ground: Changes,
    pub(super) marks: Marks,
    pub(super) meter: Counts,
    pub(super) observer: RwLock<Option<Observer>>,
    pub(super) talk: Talk,
    pub(super) oracle: RwLock<Option<Oracle>>,
}

impl<P: Plant> Inner<P> {
    pub(super) fn bus(&self) -> &Bus {
        self.bus.get().expect("the bus is opened with the account")
    }

    pub(super) fn open_bus(self: &Arc<Self>) {
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
        for rule in definitions::rules().into_iter().filter(|_| self.settings.rules) {
            if !self.settings.telling && *rule.name == *definitions::TELLING {
                continue;
            }
            bus.put_rule(rule);
        }
        let _ = self.bus.set(bus);
    }

    /// Calls what is called again and again, until the account closes.
    pub(super) fn open_schedules(self: &Arc<Self>) {
        for schedule in definitions::schedules().into_values().filter(|_| self.settings.rules) {
            let account = Arc::downgrade(self);
            self.spawn(async move {
                loop {
                    tokio::time::sleep(schedule.every()).await;
                    let Some(account) = account.upgrade() else { return };
                    let verb = &schedule.function;
                    let input = Payload::Own(schedule.input.clone());
                    // What fails is logged there, and the next time comes soon.
                    let _ = steps::invoke(&account, verb, input).await;
                }
            });
        }
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
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let closing = self.closing.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = closing.cancelled() => {}
                () = task => {}
            }
        });
    }

    pub(super) fn tell(&self, told: &Told) {
        let observer = self.observer.read().clone();
        if let Some(observer) = observer {
            observer(told);
        }
    }

    pub(super) fn shifted(&self, place: &Place, orders: &Orders) {
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
    pub(super) fn until(&self, at: Timestamp) -> tokio::time::Instant {
        let left = at.duration_since(self.clock.now());
        let left = std::time::Duration::try_from(left).unwrap_or_default();
        // A distant moment may be beyond what a clock can count; a year is as good.
        let year = std::time::Duration::from_hours(365 * 24);
        tokio::time::Instant::now() + left.min(year)
    }
}
