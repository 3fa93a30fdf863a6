//! CloudWatch alarms on one machine, computed from what the listeners counted.
//!
//! Nothing here waits or reads a clock: whoever keeps an [`AlarmBook`] calls
//! [`AlarmBook::evaluate`] when [`AlarmBook::next_wake`] says so, and puts the
//! [`StateChange::event`]s it returns on the bus.
//!
//! The states, the "M out of N" rule and the treatment of missing data follow the CloudWatch User
//! Guide, "Using Amazon CloudWatch alarms". Three things are ours:
//! - a period may be any whole number of seconds, where AWS allows 10, 20, 30 and multiples of 60,
//!   so that a story on one machine need not last minutes;
//! - only periods that are over are looked at, while AWS also evaluates the one that is running;
//! - a composite alarm that refers to itself is refused, where AWS accepts it and stops evaluating.

mod definition;
mod metric;
mod rule;

mod check;

mod judge;
mod reason;
mod state;

mod book;
mod change;
mod measured;
mod schedule;

pub use book::{AlarmBook, UnknownAlarm};
pub use change::StateChange;
pub use check::{Alarms, Mistake, Mistakes};
pub use definition::{AlarmDefinition, Comparison, CompositeAlarm, MetricAlarm, TreatMissingData};
pub use metric::{Measure, Metric};
pub use rule::{Rule, RuleError};
pub use state::{AlarmState, Standing};
