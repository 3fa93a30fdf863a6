//! Carries an execution from its start to its one end.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::Value;
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

use super::leaving::limited;
use super::run::Run;
use super::starting::Observer;
use crate::definition::Machine;
use crate::error::{RUNTIME, TIMEOUT, TaskError};
use crate::history::{Record, Trail};
use crate::identity::Identity;
use crate::resources::Resources;
use crate::scope::Scope;
use crate::status::{Outcome, Status, StatusChange};

/// Why an execution is stopped.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
}

enum End {
    Over(Result<Arc<Value>, TaskError>),
    TimedOut(u64),
    Stopped(Stop),
}

/// Says that the execution has begun.
pub(super) fn announce(identity: &Arc<Identity>, observer: Option<&Observer>) {
    if let Some(observer) = observer {
        observer(&StatusChange {
            execution: Arc::clone(identity),
            status: Status::Running,
            stop: None,
            outcome: None,
        });
    }
}

pub(super) async fn drive<R: Resources>(
    machine: Arc<Machine>,
    run: Run<R>,
    stopped: oneshot::Receiver<Stop>,
    ended: watch::Sender<Option<Outcome>>,
    observer: Option<Observer>,
) {
    let end = tokio::select! {
        biased;
        // Every handle may be dropped, which is no reason to stop.
        Ok(stop) = stopped => End::Stopped(stop),
        timeout = limit(machine.timeout) => End::TimedOut(timeout),
        // A panic here would otherwise leave an execution that never ends.
        result = AssertUnwindSafe(whole(&machine, &run)).catch_unwind() => {
            let panicked = || TaskError::new(RUNTIME, "An internal error ended the execution.");
            End::Over(result.unwrap_or_else(|_| Err(panicked())))
        }
    };

    let outcome = conclude(end, &run);
    if let Some(observer) = observer {
        observer(&StatusChange {
            execution: Arc::clone(&run.identity),
            status: outcome.status,
            stop: Some(run.clock.now()),
            outcome: Some(outcome.clone()),
        });
    }
    // Nobody may be waiting.
    ended.send_replace(Some(outcome));
}

async fn limit(timeout: Option<u64>) -> u64 {
    match timeout {
        Some(seconds) => {
            sleep(Duration::from_secs(seconds)).await;
            seconds
        }
        None => std::future::pending().await,
    }
}

async fn whole<R: Resources>(machine: &Machine, run: &Run<R>) -> Result<Arc<Value>, TaskError> {
    let mut trail = Trail::default();
    run.journal.record(&mut trail, || Record::ExecutionStarted(Arc::clone(&run.identity)))?;
    let input = limited(Arc::clone(&run.identity.input), "execution", "input")?;

    // Step Functions numbers the first state's event as following event 0 as well.
    run.flow(&machine.flow, input, Scope::default(), &mut Trail::default()).await
}

fn conclude<R: Resources>(end: End, run: &Run<R>) -> Outcome {
    let mut trail = Trail::after(run.journal.count());
    let unsuccessful = |status, error: Option<String>, cause: Option<String>| Outcome {
        status,
        output: None,
        error,
        cause,
    };
    let (record, outcome) = match end {
        End::Over(Ok(output)) => (
            Record::ExecutionSucceeded(Arc::clone(&output)),
            Outcome { status: Status::Succeeded, output: Some(output), error: None, cause: None },
        ),
        End::Over(Err(error)) => (
            Record::ExecutionFailed(error.clone()),
            unsuccessful(Status::Failed, Some(error.error), Some(error.cause)),
        ),
        End::TimedOut(seconds) => {
            let cause = format!("The execution ran longer than its {seconds} seconds.");
            let error = TaskError::new(TIMEOUT, cause);
            let outcome = unsuccessful(
                Status::TimedOut,
                Some(error.error.clone()),
                Some(error.cause.clone()),
            );
            (Record::ExecutionTimedOut(error), outcome)
        }
        End::Stopped(Stop { error, cause }) => (
            Record::ExecutionAborted { error: error.clone(), cause: cause.clone() },
            unsuccessful(Status::Aborted, error, cause),
        ),
    };
    run.journal.end(&mut trail, || record);
    outcome
}
