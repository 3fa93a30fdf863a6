//! Errors as a state machine sees them: a name to branch on and a cause to read.

use std::fmt;

/// A task ran longer than its `TimeoutSeconds`.
pub const TIMEOUT: &str = "States.Timeout";
/// A task token was not kept alive within `HeartbeatSeconds`.
pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
/// An expression failed or had no result.
pub const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
/// Something the interpreter cannot go on from; never caught.
pub const RUNTIME: &str = "States.Runtime";
/// More than 256 KiB; never caught.
pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
/// No rule of a Choice state held, and it has no `Default`.
pub const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";

/// A failed task, state or execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskError {
    /// The name that `ErrorEquals` is compared with.
    pub error: String,
    /// What happened, for a person.
    pub cause: String,
}

impl TaskError {
    /// An error of this name with this cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { error: error.into(), cause: cause.into() }
    }

    /// Whether a Retry or Catch may name it: all but `States.Runtime` and
    /// `States.DataLimitExceeded` (Developer Guide, "Handling errors").
    pub(crate) fn is_catchable(&self) -> bool {
        !UNCATCHABLE.contains(&self.error.as_str())
    }
}

/// Errors that end the execution whatever `Retry` and `Catch` say.
pub(crate) const UNCATCHABLE: [&str; 2] = [RUNTIME, DATA_LIMIT_EXCEEDED];

/// Every name beginning with `States.` that an `ErrorEquals` may hold.
pub(crate) const RESERVED: &[&str] = &[
    "States.ALL",
    "States.BranchFailed",
    "States.ExceedToleratedFailureThreshold",
    HEARTBEAT_TIMEOUT,
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    NO_CHOICE_MATCHED,
    "States.Permissions",
    QUERY_EVALUATION_ERROR,
    "States.ResultWriterFailed",
    "States.TaskFailed",
    TIMEOUT,
];

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.cause)
    }
}

impl std::error::Error for TaskError {}

/// Whether `error` is one that `names` (an `ErrorEquals`) speaks of.
///
/// `States.ALL` is every error. `States.TaskFailed` is every error but `States.Timeout`.
/// `States.Timeout` is a missed heartbeat too, since the States Language defines it as "either ran
/// longer than `TimeoutSeconds`, or failed to heartbeat". `by_branch` says that the error ended a
/// branch of a Parallel state, which `States.BranchFailed` speaks of; that such an error keeps its
/// own name as well is a guess.
pub(crate) fn matches(names: &[Box<str>], error: &str, by_branch: bool) -> bool {
    names.iter().any(|name| match &**name {
        "States.ALL" => true,
        "States.TaskFailed" => error != TIMEOUT,
        "States.BranchFailed" => by_branch || error == "States.BranchFailed",
        TIMEOUT => error == TIMEOUT || error == HEARTBEAT_TIMEOUT,
        name => name == error,
    })
}
