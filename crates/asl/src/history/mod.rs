//! What happened during an execution, in the words of `GetExecutionHistory`.

mod event;
mod journal;
mod record;

pub use event::HistoryEvent;
pub(crate) use journal::{Journal, Trail};
pub(crate) use record::{Call, Iteration, Record};

/// How much of an execution is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Every event with its data.
    #[default]
    Everything,
    /// Only the names of the states entered.
    Path,
    /// Nothing but how many events and transitions there were.
    Counts,
}

/// The most events an execution may have (docs.aws.amazon.com/step-functions, service quotas).
pub const EVENT_LIMIT: u64 = 25_000;
