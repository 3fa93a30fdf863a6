//! What breaks, and how.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use local::account::Fault;
use local::bus;
use serde::{Deserialize, Serialize};

use crate::World;

/// One thing that breaks. Calls and deliveries are counted from 0, from the scenario's beginning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Disturbance {
    /// A call that a step makes fails.
    Call {
        /// Which.
        number: u64,
        /// How.
        fails: Failing,
    },
    /// An event on its way from a rule to its target.
    Event {
        /// Which delivery.
        number: u64,
        /// How it arrives.
        arrives: Arrival,
    },
    /// Somebody stops all executions of a state machine while a step makes a call.
    Stop {
        /// The name of the machine: `deployment`.
        machine: String,
        /// Which call.
        at_call: u64,
    },
    /// Every step runs twice, as when an answer is lost.
    StepsTwice,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failing {
    /// Without effect.
    Before,
    /// With its effect and without its answer.
    After,
    /// Without effect, and so do those after it: so many in all.
    Throttled(u64),
    /// With its effect, and it never answers: the step runs into its time limit.
    Unanswered,
}

/// How an event arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// Not at all.
    Never,
    /// Twice.
    Twice,
    /// So many seconds late.
    Late(u64),
}

impl Disturbance {
    /// The fault of a call, if this disturbs it.
    fn fault(&self, call: u64) -> Option<Fault> {
        let Self::Call { number, fails } = *self else { return None };
        let after = call.checked_sub(number)?;
        match fails {
            Failing::Throttled(times) => (after < times).then_some(Fault::Before),
            Failing::Before => (after == 0).then_some(Fault::Before),
            Failing::After => (after == 0).then_some(Fault::After),
            Failing::Unanswered => (after == 0).then_some(Fault::Hang),
        }
    }

    /// What happens to a delivery, if this disturbs it.
    fn arrival(&self, delivery: u64) -> Option<Arrival> {
        match *self {
            Self::Event { number, arrives } => (number == delivery).then_some(arrives),
            _ => None,
        }
    }
}

/// Sees to it that `disturbances` happen in `world`, and that its story tells them.
pub(crate) fn disturb(world: &World, disturbances: &[Disturbance]) {
    let disturbances: Arc<[Disturbance]> = disturbances.into();
    world.account.repeat_steps(disturbances.contains(&Disturbance::StepsTwice));

    let first = world.account.calls().count();
    let (calls, teller) = (Arc::clone(&disturbances), world.teller());
    world.account.calls().disturb(move |call| {
        let number = call.number - first;
        for disturbance in &*calls {
            if let Disturbance::Stop { machine, at_call } = disturbance
                && *at_call == number
            {
                teller.stop(machine);
            }
        }
        let fault = calls.iter().find_map(|it| it.fault(number))?;
        teller.remark(format_args!("call {number}, {}, {}", call.name, told(fault)));
        Some(fault)
    });

    let (deliveries, teller) = (AtomicU64::new(0), world.teller());
    world.account.bus().disturb(move |rule, _, event| {
        let number = deliveries.fetch_add(1, Ordering::Relaxed);
        let Some(arrival) = disturbances.iter().find_map(|it| it.arrival(number)) else {
            return bus::Disturbance::Once;
        };
        let what = &event.detail_type;
        teller.remark(format_args!("event {number}, {what} for {rule}, {arrival}"));
        match arrival {
            Arrival::Never => bus::Disturbance::Drop,
            Arrival::Twice => bus::Disturbance::Twice,
            Arrival::Late(seconds) => bus::Disturbance::Delay(Duration::from_secs(seconds)),
        }
    });
}

/// Lets everything be as it is. What disturbs holds the account, and is held by it.
pub(crate) fn leave_undisturbed(world: &World) {
    world.account.calls().leave_undisturbed();
    world.account.bus().leave_undisturbed();
}

fn told(fault: Fault) -> &'static str {
    match fault {
        Fault::Before => "fails before its effect",
        Fault::After => "fails after its effect",
        Fault::Hang => "has its effect and never answers",
        Fault::Slow(_) => "comes late",
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never arrives"),
            Self::Twice => f.write_str("arrives twice"),
            Self::Late(seconds) => write!(f, "arrives {seconds} s late"),
        }
    }
}
