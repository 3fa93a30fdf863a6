//! Calling a resource, with its time-out, its heartbeat and its token.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::leaving::limited;
use super::run::{Run, Visit};
use crate::definition::Task;
use crate::error::{HEARTBEAT_TIMEOUT, TIMEOUT, TaskError};
use crate::expression::Environment;
use crate::history::{Call, Record, Trail};
use crate::integration::Pattern;
use crate::resources::{Request, Resources};
use crate::tokens::Ticket;

impl<R: Resources> Run<R> {
    /// The result of the call, or of the answer to its token.
    ///
    /// Step Functions writes `TaskSubmitted` for `.sync` too, with the first answer of the service;
    /// a resource here answers only once, so it is written for tokens only.
    pub(super) async fn task(
        &self,
        visit: &Visit<'_>,
        task: &Task,
        trail: &mut Trail,
    ) -> Result<Arc<Value>, TaskError> {
        let name = &visit.state.name;
        let ticket = (task.pattern == Pattern::WaitForTaskToken).then(|| self.tokens.open());
        let environment = Environment {
            token: ticket.as_ref().map(|ticket| &*ticket.token),
            ..self.environment(visit)
        };
        let arguments = match &task.arguments {
            Some(template) => limited(template.evaluate(&environment)?, name, "arguments")?,
            None => Arc::clone(&visit.input),
        };
        let seconds = |amount: &Option<crate::definition::Amount>| {
            amount.as_ref().map(|amount| amount.evaluate(&environment, 1)).transpose()
        };
        let (timeout, heartbeat) = (seconds(&task.timeout)?, seconds(&task.heartbeat)?);
        let call = || Call { integration: task.integration.clone(), pattern: task.pattern };
        self.journal.record(trail, || Record::TaskScheduled {
            call: call(),
            parameters: Arc::clone(&arguments),
            timeout,
            heartbeat,
        })?;
        self.journal.record(trail, || Record::TaskStarted(call()))?;

        let request = Request {
            integration: task.integration.clone(),
            pattern: task.pattern,
            arguments,
            token: ticket.as_ref().map(|ticket| Arc::clone(&ticket.token)),
            execution: Arc::clone(&self.identity),
            state: Arc::clone(name),
            attempt: visit.retries,
        };
        let answer = async {
            match ticket {
                None => self.resources.request(request).await,
                Some(ticket) => {
                    let submitted = |output: Value, trail: &mut Trail| {
                        self.journal
                            .record(trail, || Record::TaskSubmitted(call(), Arc::new(output)))
                    };
                    self.by_token(request, ticket, heartbeat, submitted, trail).await
                }
            }
        };
        let result = match timeout {
            None => answer.await,
            Some(seconds) => {
                let answer = tokio::time::timeout(Duration::from_secs(seconds), answer).await;
                answer.unwrap_or_else(|_| Err(timed_out(TIMEOUT, name, seconds)))
            }
        };
        match result.and_then(|result| limited(Arc::new(result), name, "result")) {
            Ok(result) => {
                self.journal
                    .record(trail, || Record::TaskSucceeded(call(), Arc::clone(&result)))?;
                Ok(result)
            }
            Err(error) => {
                let late = error.error == TIMEOUT || error.error == HEARTBEAT_TIMEOUT;
                self.journal.record(trail, || {
                    if late {
                        Record::TaskTimedOut(call(), error.clone())
                    } else {
                        Record::TaskFailed(call(), error.clone())
                    }
                })?;
                Err(error)
            }
        }
    }

    /// Waits for the answer to the token, which may come before the call itself has answered.
    async fn by_token(
        &self,
        request: Request,
        mut ticket: Ticket,
        heartbeat: Option<u64>,
        submitted: impl Fn(Value, &mut Trail) -> Result<(), TaskError>,
        trail: &mut Trail,
    ) -> Result<Value, TaskError> {
        let name = Arc::clone(&request.state);
        let heard = Arc::clone(&ticket.heartbeat);
        let mut calling = std::pin::pin!(self.resources.request(request));
        let mut called = false;
        let mut last = Instant::now();
        loop {
            tokio::select! {
                biased;
                // The sender lives in the registry until it has answered.
                Ok(answer) = &mut ticket.answered => return answer,
                result = &mut calling, if !called => {
                    // The call itself may have brought the answer.
                    if let Ok(answer) = ticket.answered.try_recv() {
                        return answer;
                    }
                    called = true;
                    submitted(result?, trail)?;
                }
                () = heard.notified() => last = Instant::now(),
                seconds = silence(last, heartbeat) => {
                    return Err(timed_out(HEARTBEAT_TIMEOUT, &name, seconds));
                }
            }
        }
    }
}

/// Over when nothing was heard for `heartbeat` seconds since `last`.
async fn silence(last: Instant, heartbeat: Option<u64>) -> u64 {
    match heartbeat {
        Some(seconds) => {
            sleep_until(last + Duration::from_secs(seconds)).await;
            seconds
        }
        None => std::future::pending().await,
    }
}

fn timed_out(error: &str, state: &str, seconds: u64) -> TaskError {
    let cause = if error == TIMEOUT {
        format!("The task of the state '{state}' ran longer than {seconds} seconds.")
    } else {
        format!("The task of the state '{state}' sent no heartbeat for {seconds} seconds.")
    };
    TaskError::new(error, cause)
}
