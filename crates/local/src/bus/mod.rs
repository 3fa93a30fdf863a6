//! EventBridge on one machine: events come in, rules choose, targets are told.
//!
//! Delivery is at least once, in no promised order, as on AWS. A target that fails is told again
//! after growing pauses, and what it never takes becomes a dead letter. The bus lives in memory: a
//! restart forgets what was on its way, and nothing may depend on an event having arrived.

mod attempt;
mod dead_letters;
mod deliver;
mod delivery;
mod disturbance;
mod event;
pub mod pattern;
mod retries;
mod rule;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use rand::RngExt;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Builder;

use self::dead_letters::DeadLetters;
pub use self::dead_letters::{DeadLetter, Exhausted};
use self::deliver::Core;
use self::delivery::Delivery;
pub use self::disturbance::Disturbance;
pub use self::event::Event;
pub use self::pattern::Pattern;
pub use self::retries::Retries;
pub use self::rule::{Rule, Target};

/// How a bus behaves where its rules say nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How often and how long a target that fails is told again.
    pub retries: Retries,
    /// How many dead letters are kept; beyond that, the oldest goes.
    pub dead_letters: usize,
    /// Makes the jitter of retries, and the ids of [events](Bus::event), the same in every run;
    /// otherwise they are random.
    pub seed: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retries: Retries::default(), dead_letters: 10_000, seed: None }
    }
}

/// What a bus has done since it began.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Events put.
    pub put: u64,
    /// Rules matched, summed over the events.
    pub matched: u64,
    /// Deliveries that a target took.
    pub delivered: u64,
    /// Deliveries given up.
    pub dead: u64,
}

type Ear = dyn Fn(&Arc<Event>) + Send + Sync;

/// An event bus; clones are the same bus. When the last is dropped, deliveries stop.
#[derive(Clone)]
pub struct Bus {
    core: Arc<Core>,
    rules: Arc<RwLock<Vec<Arc<Rule>>>>,
    disturb: Arc<RwLock<Option<Arc<disturbance::Disturb>>>>,
    ear: Arc<RwLock<Option<Arc<Ear>>>>,
    _stop: Arc<DropGuard>,
}

impl Bus {
    /// A bus that hands each event to `deliver`, with the name of the target it is for.
    /// An `Err` is retried; it should say what went wrong, for it stands in the dead letter.
    pub fn new<D, F>(deliver: D) -> Self
    where
        D: Fn(Arc<str>, Arc<Event>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self::with(Settings::default(), deliver)
    }

    /// The same, with other settings.
    pub fn with<D, F>(settings: Settings, deliver: D) -> Self
    where
        D: Fn(Arc<str>, Arc<Event>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let stop = CancellationToken::new();
        Self {
            core: Arc::new(Core {
                deliver: Box::new(move |target, event| Box::pin(deliver(target, event))),
                retries: settings.retries,
                jitter: Mutex::new(retries::jitter(settings.seed)),
                ids: settings.seed.map(|seed| Mutex::new(retries::jitter(Some(seed)))),
                counters: Mutex::default(),
                dead: Mutex::new(DeadLetters::keeping(settings.dead_letters)),
                pending: watch::Sender::new(0),
                stop: stop.clone(),
            }),
            rules: Arc::default(),
            disturb: Arc::default(),
            ear: Arc::default(),
            _stop: Arc::new(stop.drop_guard()),
        }
    }

    /// Tells `ear` of every event from now on, whether a rule matches or not: at once, in order and
    /// undisturbed. It must not block. Whoever forwards events to another bus listens here.
    pub fn hear(&self, ear: impl Fn(&Arc<Event>) + Send + Sync + 'static) {
        *self.ear.write() = Some(Arc::new(ear));
    }

    /// Adds a rule, or replaces the one of that name.
    pub fn put_rule(&self, rule: Rule) {
        let mut rules = self.rules.write();
        rules.retain(|known| known.name != rule.name);
        rules.push(Arc::new(rule));
    }

    /// Takes a rule away. False when there was none. What it has already matched is delivered.
    pub fn remove_rule(&self, name: &str) -> bool {
        let mut rules = self.rules.write();
        let before = rules.len();
        rules.retain(|rule| *rule.name != *name);
        rules.len() < before
    }

    /// An event of this machine's account, with an id that no other has.
    pub fn event(&self, source: &str, detail_type: &str, time: Timestamp, detail: Value) -> Event {
        let event = Event::new(source, detail_type, time, detail);
        match &self.core.ids {
            None => event,
            Some(ids) => event.with_id(Builder::from_random_bytes(ids.lock().random()).into_uuid()),
        }
    }

    /// Puts an event on the bus and returns at once; its deliveries run by themselves.
    ///
    /// # Panics
    /// Outside a tokio runtime, where nothing can run by itself.
    pub fn put(&self, event: impl Into<Arc<Event>>) {
        let event = event.into();
        let ear = self.ear.read().clone();
        if let Some(ear) = ear {
            ear(&event);
        }
        let matching: Vec<Arc<Rule>> = {
            let rules = self.rules.read();
            rules.iter().filter(|rule| rule.pattern.matches(&event)).cloned().collect()
        };
        let disturb = self.disturb.read().clone();

        {
            let mut counters = self.core.counters.lock();
            counters.put += 1;
            counters.matched += matching.len() as u64;
        }
        for rule in matching {
            for target in &rule.targets {
                let delivery = Delivery {
                    rule: Arc::clone(&rule.name),
                    target: target.clone(),
                    event: Arc::clone(&event),
                };
                match &disturb {
                    None => self.core.start(delivery, None),
                    Some(disturb) => {
                        let disturbance = disturb(&rule.name, &target.name, &event);
                        for delay in disturbance.copies() {
                            self.core.start(delivery.clone(), delay);
                        }
                    }
                }
            }
        }
    }

    /// Waits until no delivery is on its way or waits for another try.
    pub async fn quiet(&self) {
        let mut pending = self.core.pending.subscribe();
        // The sender lives as long as this bus, so that waiting cannot fail.
        let _ = pending.wait_for(|pending| *pending == 0).await;
    }

    /// What the bus has done so far.
    pub fn counters(&self) -> Counters {
        *self.core.counters.lock()
    }

    /// The deliveries given up, the oldest first.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.core.dead.lock().list()
    }

    /// Takes a dead letter out. `None` when it is not there any more.
    pub fn take(&self, letter: u64) -> Option<DeadLetter> {
        self.core.dead.lock().take(letter)
    }

    /// Takes a dead letter out and delivers it again, with all its retries. False when it is not
    /// there any more.
    pub fn redrive(&self, letter: u64) -> bool {
        let Some(letter) = self.take(letter) else { return false };
        self.core.start(letter.delivery, None);
        true
    }

    /// Delivers every dead letter again, and says how many those were.
    pub fn redrive_all(&self) -> usize {
        let letters = self.core.dead.lock().take_all();
        let count = letters.len();
        for letter in letters {
            self.core.start(letter.delivery, None);
        }
        count
    }

    /// Keeps as a dead letter what no rule could have matched, such as a body that could not be
    /// read, with the name of who could not read it. Re-driven, it goes to the target of that name.
    pub fn bury(&self, event: impl Into<Arc<Event>>, target: &str, error: impl Into<String>) {
        let delivery =
            Delivery { rule: "none".into(), target: Target::from(target), event: event.into() };
        self.core.bury(delivery, error.into(), None, 0);
    }

    /// From now on, asks `disturb` what happens to each event on its way from a rule to a target.
    /// For tests, which must show that no order, loss or repetition does harm.
    pub fn disturb<D>(&self, disturb: D)
    where
        D: Fn(&str, &str, &Event) -> Disturbance + Send + Sync + 'static,
    {
        *self.disturb.write() = Some(Arc::new(disturb));
    }

    /// From now on, disturbs no delivery.
    pub fn leave_undisturbed(&self) {
        *self.disturb.write() = None;
    }
}
