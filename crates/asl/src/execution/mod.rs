//! One run of a machine: starting it, watching it, stopping it.

mod attempt;
mod driver;
mod fork;
mod leaving;
mod retrying;
mod run;
mod starting;
mod task;
mod wait;

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{oneshot, watch};

pub use starting::{Observer, Start};

use self::driver::Stop;
use crate::definition::Machine;
use crate::history::{HistoryEvent, Journal};
use crate::identity::Identity;
use crate::resources::Resources;
use crate::status::{Outcome, Status};
use crate::tokens::Tokens;

/// A running or ended execution. Clones are handles of the same execution; dropping all of them
/// leaves it running.
#[derive(Debug, Clone)]
pub struct Execution {
    identity: Arc<Identity>,
    journal: Arc<Journal>,
    stop: Arc<Mutex<Option<oneshot::Sender<Stop>>>>,
    outcome: watch::Receiver<Option<Outcome>>,
}

/// Starts an execution on the current tokio runtime.
///
/// The status hook of `start` hears of `RUNNING` before this returns.
///
/// # Panics
///
/// Outside of a tokio runtime.
pub fn start<R: Resources>(
    machine: Arc<Machine>,
    start: Start,
    resources: Arc<R>,
    tokens: Tokens,
) -> Execution {
    let (stop, stopped) = oneshot::channel();
    let (ended, outcome) = watch::channel(None);
    let identity = Arc::new(start.identity());
    let journal = Arc::new(Journal::new(start.keep, start.clock));
    let execution = Execution {
        identity: Arc::clone(&identity),
        journal: Arc::clone(&journal),
        stop: Arc::new(Mutex::new(Some(stop))),
        outcome,
    };

    let run = run::Run::new(identity, journal, start.clock, resources, tokens);
    driver::announce(&run.identity, start.on_status.as_ref());
    tokio::spawn(driver::drive(machine, run, stopped, ended, start.on_status));

    execution
}

impl Execution {
    /// Who it is.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        match (&*self.outcome.borrow(), self.outcome.has_changed()) {
            (Some(outcome), _) => outcome.status,
            // The runtime that carried it is gone.
            (None, Err(_)) => Status::Aborted,
            (None, Ok(_)) => Status::Running,
        }
    }

    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.borrow().clone()
    }

    /// Stops it, wherever it is; it ends as `ABORTED`. Answers whether it was still running and
    /// not being stopped already. Use [`wait`](Self::wait) to know that it has stopped.
    pub fn stop(&self, error: Option<String>, cause: Option<String>) -> bool {
        let sender = self.stop.lock().take();
        sender.is_some_and(|sender| sender.send(Stop { error, cause }).is_ok())
    }

    /// Waits for its end.
    pub async fn wait(&self) -> Outcome {
        let mut outcome = self.outcome.clone();
        let ended = outcome.wait_for(Option::is_some).await;
        ended.ok().and_then(|outcome| outcome.clone()).unwrap_or_else(|| Outcome {
            status: Status::Aborted,
            output: None,
            error: None,
            cause: Some("the runtime that carried the execution is gone".to_owned()),
        })
    }

    /// Every event so far; empty unless everything is kept.
    pub fn history(&self) -> Vec<HistoryEvent> {
        self.journal.events()
    }

    /// How many events there were, also when they were not kept.
    pub fn events(&self) -> u64 {
        self.journal.count()
    }

    /// The names of the states entered so far, in order; empty if only counts are kept.
    pub fn path(&self) -> Vec<String> {
        self.journal.path().iter().map(ToString::to_string).collect()
    }

    /// The state transitions so far: each state entered and each retry.
    ///
    /// AWS bills "each time a step of your workflow is executed", retries included
    /// (aws.amazon.com/step-functions/pricing). That nothing is added for start and end is a guess.
    pub fn transitions(&self) -> usize {
        self.journal.transitions()
    }

    /// The output as far as there is one.
    pub fn output(&self) -> Option<Arc<Value>> {
        self.outcome.borrow().as_ref().and_then(|outcome| outcome.output.clone())
    }
}
