//! Who waits for the lease of one service, and everything that happened there: the ports of the steps
//! `claim` and `conclude` beside the ledger.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::Failure;
use domain::desk::Lease;
use domain::event::{Event, ExecutionEnded};
use domain::measure::Measure;
use domain::name::{Arn, CallbackToken, DeploymentId, HookId};
use domain::preflight::{Blueprint, Serving, Wiring};
use domain::preserved::{LogPlace, Task};
use domain::rollout::{RolloutState, TargetGroup};
use domain::service::Place;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;
use workflow::Answered;
use workflow::ports::{
    Bus, Callbacks, Clock, Deployment, Executions, Fleet, Heard, Meter, OneOff, OneOffs, Reply,
};

/// What is told to one waiting request: the lease, or why not.
pub(crate) type Fate = Result<Lease, String>;

/// Everybody who waits, and everything that happened.
#[derive(Clone, Default)]
pub(crate) struct Town(Arc<Mutex<Happened>>);

/// Everything that happened.
#[derive(Default)]
pub(crate) struct Happened {
    /// How each who waits is told.
    pub(crate) waiting: BTreeMap<CallbackToken, oneshot::Sender<Fate>>,
    /// Who holds the lease, as the holders themselves believe.
    pub(crate) holder: Option<Lease>,
    /// Every lease that was begun to be worked under, in order.
    pub(crate) leases: Vec<Lease>,
    /// Whose execution runs, and whose is gone.
    pub(crate) running: BTreeMap<DeploymentId, bool>,
    /// Fates that found nobody: told a second time.
    pub(crate) unheard: usize,
}

impl Town {
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Happened) -> T) -> T {
        change(&mut self.0.lock().expect("no assertion is made under the lock"))
    }

    fn tell(&self, token: &CallbackToken, fate: Fate) -> Heard {
        self.with(|town| {
            let waits = town.waiting.remove(token);
            match waits.map(|waits| waits.send(fate)) {
                Some(Ok(())) => Heard::Yes,
                Some(Err(_)) | None => {
                    town.unheard += 1;
                    Heard::Gone
                }
            }
        })
    }
}

impl Callbacks for Town {
    async fn succeed(&self, token: &CallbackToken, answer: Value) -> Result<Heard, Failure> {
        let Answered { lease, .. } = serde_json::from_value(answer).expect("an answer");
        Ok(self.tell(token, Ok(lease.expect("nothing is frozen here"))))
    }

    async fn fail(&self, token: &CallbackToken, failure: &Failure) -> Result<Heard, Failure> {
        Ok(self.tell(token, Err(failure.to_string())))
    }
}

impl Executions for Town {
    async fn runs(&self, deployment: &DeploymentId) -> Result<bool, Failure> {
        Ok(self.with(|town| town.running.get(deployment).copied().unwrap_or(false)))
    }

    async fn broken_off(&self, _: Timestamp, _: Timestamp) -> Result<Vec<DeploymentId>, Failure> {
        panic!("nobody sweeps here")
    }

    async fn ended(&self, _: &DeploymentId) -> Result<Option<ExecutionEnded>, Failure> {
        panic!("nobody sweeps here")
    }

    async fn stop(&self, _: &DeploymentId, _: &str) -> Result<(), Failure> {
        panic!("nobody goes back here")
    }
}

impl Bus for Town {
    async fn publish(&self, _: &[Event]) -> Result<(), Failure> {
        Ok(())
    }
}

impl Meter for Town {
    fn count(&self, _: &DeploymentId, _: Timestamp, _: &[Measure]) {}
}

/// Nothing is planned here, so nobody asks ECS.
impl OneOffs for Town {
    async fn begin(&self, _: &Place, _: &OneOff) -> Result<Arn, Failure> {
        panic!("nothing was planned")
    }
    async fn task(&self, _: &Place, _: &Arn) -> Result<Option<Task>, Failure> {
        panic!("nothing was planned")
    }
    async fn named(&self, _: &Place, _: &DeploymentId) -> Result<Option<Arn>, Failure> {
        panic!("nothing was planned")
    }
    async fn end(&self, _: &Place, _: &Arn, _: &str) -> Result<(), Failure> {
        panic!("nothing was planned")
    }
}

/// The same.
impl Fleet for Town {
    async fn serving(&self, _: &Place, _: Option<&str>) -> Result<Serving, Failure> {
        panic!("nothing was planned")
    }
    async fn wiring(&self, _: &Place) -> Result<Wiring, Failure> {
        panic!("nothing was planned")
    }
    async fn blueprint(&self, _: &Arn) -> Result<Option<Blueprint>, Failure> {
        panic!("nothing was planned")
    }
    async fn register(&self, _: &Arn, _: Option<&str>, _: &str) -> Result<Arn, Failure> {
        panic!("nothing was planned")
    }
    async fn find(&self, _: &Place, _: &Arn) -> Result<Option<Arn>, Failure> {
        panic!("nothing was planned")
    }
    async fn launch(&self, _: &Place, _: &Deployment) -> Result<(), Failure> {
        panic!("nothing was planned")
    }
    async fn rollout(&self, _: &Arn) -> Result<RolloutState, Failure> {
        panic!("nothing was planned")
    }
    async fn answer(&self, _: &Arn, _: &HookId, _: Reply) -> Result<(), Failure> {
        panic!("nothing was planned")
    }
    async fn stop(&self, _: &Arn) -> Result<(), Failure> {
        panic!("nothing was planned")
    }
    async fn target_groups(&self, _: &[Arn]) -> Result<Vec<Vec<TargetGroup>>, Failure> {
        panic!("nothing was planned")
    }
    async fn tasks(&self, _: &Place, _: &Arn) -> Result<Vec<Task>, Failure> {
        panic!("nothing was planned")
    }
    async fn log_place(&self, _: &Arn, _: Option<&str>) -> Result<LogPlace, Failure> {
        panic!("nothing was planned")
    }
}

/// The clock of one function: minutes away from those of the others.
pub(crate) struct Skewed(pub(crate) i64);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + 60 * self.0).expect("a moment")
    }

    async fn until(&self, _: Timestamp) {
        panic!("nothing is waited for")
    }
}

/// The clock of the n-th claimer. No two of them are as far apart as a lease is good for, half an
/// hour: by then nobody could tell a lease that has just been given out from one that is expired.
pub(crate) fn skew(claimer: usize) -> Skewed {
    Skewed(i64::try_from(claimer * 7 % 29).expect("a small number") - 14)
}
