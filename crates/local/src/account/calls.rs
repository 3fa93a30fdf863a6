//! Every call that a step makes of the world, counted, and made to fail where a test says so.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::Failure;
use parking_lot::{Mutex, RwLock};

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails and has no effect: a throttle, a refused connection.
    Before,
    /// It has its effect, and its answer is lost.
    After,
    /// It has its effect and never answers: the step runs into its time limit.
    Hang,
    /// All of it comes so much later.
    Slow(Duration),
}

/// One call: its number since the account began, and what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Counts from 0.
    pub number: u64,
    /// The port and the question: `fleet.launch`.
    pub name: &'static str,
}

type Disturb = dyn Fn(Call) -> Option<Fault> + Send + Sync;

/// The calls of an account.
#[derive(Default)]
pub struct Calls {
    count: AtomicU64,
    steps: Mutex<BTreeMap<String, u64>>,
    disturb: RwLock<Option<Arc<Disturb>>>,
}

impl Calls {
    /// Asks `disturb` about every call from now on.
    pub fn disturb(&self, disturb: impl Fn(Call) -> Option<Fault> + Send + Sync + 'static) {
        *self.disturb.write() = Some(Arc::new(disturb));
    }

    /// Asks nobody any more.
    pub fn leave_undisturbed(&self) {
        *self.disturb.write() = None;
    }

    /// How many calls there were.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Counts a call, and tells what happens to it.
    pub(crate) fn next(&self, name: &'static str) -> Option<Fault> {
        let call = Call { number: self.count.fetch_add(1, Ordering::Relaxed), name };
        let disturb = self.disturb.read().clone();
        disturb.and_then(|disturb| disturb(call))
    }

    /// How often each step was run, by its verb: on AWS, how often its function was called.
    pub fn steps(&self) -> BTreeMap<String, u64> {
        self.steps.lock().clone()
    }

    /// Counts a run of a step.
    pub(super) fn step(&self, verb: &str) {
        *self.steps.lock().entry(verb.to_owned()).or_default() += 1;
    }

    /// Makes a call, or lets it fail.
    pub(super) async fn make<T>(
        &self,
        name: &'static str,
        effect: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let lost = || Failure::Unavailable(format!("{name} did not answer"));

        match self.next(name) {
            None => effect.await,
            Some(Fault::Before) => Err(lost()),
            Some(Fault::After) => {
                effect.await?;
                Err(lost())
            }
            Some(Fault::Hang) => {
                effect.await?;
                std::future::pending().await
            }
            Some(Fault::Slow(later)) => {
                tokio::time::sleep(later).await;
                effect.await
            }
        }
    }
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Calls").field("count", &self.count()).finish_non_exhaustive()
    }
}
