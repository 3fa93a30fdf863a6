//! The events, before anybody asks for their JSON.

use std::sync::Arc;

use serde_json::Value;

use crate::error::TaskError;
use crate::identity::Identity;
use crate::integration::{Integration, Pattern};

/// What a Task state calls.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) integration: Integration,
    pub(crate) pattern: Pattern,
}

/// One event. Data is shared with the execution and written as JSON only when it is read.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    ExecutionStarted(Arc<Identity>),
    ExecutionSucceeded(Arc<Value>),
    ExecutionFailed(TaskError),
    ExecutionTimedOut(TaskError),
    ExecutionAborted {
        error: Option<String>,
        cause: Option<String>,
    },
    StateEntered {
        kind: &'static str,
        name: Arc<str>,
        input: Arc<Value>,
    },
    StateExited {
        kind: &'static str,
        name: Arc<str>,
        output: Arc<Value>,
        assigned: Vec<(Arc<str>, Arc<Value>)>,
    },
    TaskScheduled {
        call: Call,
        parameters: Arc<Value>,
        timeout: Option<u64>,
        heartbeat: Option<u64>,
    },
    TaskStarted(Call),
    TaskSubmitted(Call, Arc<Value>),
    TaskSucceeded(Call, Arc<Value>),
    TaskFailed(Call, TaskError),
    TaskTimedOut(Call, TaskError),
    EvaluationFailed {
        state: Arc<str>,
        error: TaskError,
    },
    ParallelStateStarted,
    ParallelStateSucceeded,
    ParallelStateFailed,
    MapStateStarted {
        length: usize,
    },
    MapStateSucceeded,
    MapStateFailed,
    MapIteration {
        what: Iteration,
        name: Arc<str>,
        index: usize,
    },
}

/// What became of an iteration of a Map state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Iteration {
    Started,
    Succeeded,
    Failed,
    Aborted,
}
