//! Task tokens: tickets by which somebody outside ends a task later.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};

use crate::error::TaskError;
use crate::size::{PAYLOAD_LIMIT, size};

/// Why a token could not be answered. The names are those of Step Functions' API
/// (`SendTaskSuccess`, `SendTaskFailure`, `SendTaskHeartbeat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No task ever had this token.
    #[error("TaskDoesNotExist: no task has this token")]
    TaskDoesNotExist,
    /// The task is over: answered, timed out, failed or stopped.
    #[error("TaskTimedOut: the task with this token is over")]
    TaskTimedOut,
    /// The output is larger than 256 KiB, or nested too deeply; the task still waits.
    #[error("InvalidOutput: the output is larger than {PAYLOAD_LIMIT} bytes")]
    InvalidOutput,
}

/// The open task tokens of any number of executions. Clones share them.
#[derive(Debug, Clone)]
pub struct Tokens(Arc<Registry>);

#[derive(Debug)]
struct Registry {
    /// Begins every token of this registry, so that a token of another one is told from an old one.
    name: String,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    issued: u64,
    waiting: HashMap<u64, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<Result<Value, TaskError>>,
    heartbeat: Arc<Notify>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self::new()
    }
}

impl Tokens {
    /// A registry whose tokens differ from those of every other registry, also one of an earlier
    /// run of the program.
    pub fn new() -> Self {
        Self::named(uuid::Uuid::new_v4().simple().to_string())
    }

    /// A registry whose tokens begin with `name`, so that a test can repeat itself exactly. The
    /// name must not have been used before by anything whose tokens may still come back.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Arc::new(Registry { name: name.into(), open: Mutex::default() }))
    }

    /// Ends the task with this result.
    pub fn succeed(&self, token: &str, output: Value) -> Result<(), TokenError> {
        if size(&output).is_none_or(|size| size > PAYLOAD_LIMIT) {
            return Err(TokenError::InvalidOutput);
        }
        self.answer(token, Ok(output))
    }

    /// Ends the task with this error.
    pub fn fail(
        &self,
        token: &str,
        error: impl Into<String>,
        cause: impl Into<String>,
    ) -> Result<(), TokenError> {
        self.answer(token, Err(TaskError::new(error, cause)))
    }

    /// Says that the task is still being worked on, which starts its `HeartbeatSeconds` anew.
    pub fn heartbeat(&self, token: &str) -> Result<(), TokenError> {
        let number = self.number(token)?;
        let open = self.0.open.lock();
        match open.waiting.get(&number) {
            Some(waiting) => waiting.heartbeat.notify_one(),
            None => return Err(open.missing(number)),
        }
        Ok(())
    }

    /// How many tokens wait for an answer.
    pub fn waiting(&self) -> usize {
        self.0.open.lock().waiting.len()
    }

    fn answer(&self, token: &str, answer: Result<Value, TaskError>) -> Result<(), TokenError> {
        let number = self.number(token)?;
        let mut open = self.0.open.lock();
        let Some(waiting) = open.waiting.remove(&number) else { return Err(open.missing(number)) };
        waiting.answer.send(answer).map_err(|_| TokenError::TaskTimedOut)
    }

    fn number(&self, token: &str) -> Result<u64, TokenError> {
        token
            .strip_prefix(&self.0.name)
            .and_then(|rest| rest.strip_prefix('.'))
            .and_then(|number| number.parse().ok())
            .ok_or(TokenError::TaskDoesNotExist)
    }

    /// A new token, and its holder's end of it.
    pub(crate) fn open(&self) -> Ticket {
        let (answer, answered) = oneshot::channel();
        let heartbeat = Arc::new(Notify::new());
        let mut open = self.0.open.lock();
        open.issued += 1;
        let number = open.issued;
        open.waiting.insert(number, Waiting { answer, heartbeat: Arc::clone(&heartbeat) });

        Ticket {
            token: format!("{}.{number}", self.0.name).into(),
            number,
            answered,
            heartbeat,
            tokens: self.clone(),
        }
    }
}

impl Open {
    fn missing(&self, number: u64) -> TokenError {
        let issued = (1..=self.issued).contains(&number);
        if issued { TokenError::TaskTimedOut } else { TokenError::TaskDoesNotExist }
    }
}

/// The waiting end of a token. Dropping it closes the token.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) token: Arc<str>,
    pub(crate) answered: oneshot::Receiver<Result<Value, TaskError>>,
    pub(crate) heartbeat: Arc<Notify>,
    number: u64,
    tokens: Tokens,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.tokens.0.open.lock().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_open_token_is_answered_once() {
        let tokens = Tokens::new();
        let mut ticket = tokens.open();
        let token = Arc::clone(&ticket.token);

        assert_eq!(tokens.heartbeat(&token), Ok(()));
        assert_eq!(tokens.succeed(&token, json!(1)), Ok(()));
        assert_eq!(ticket.answered.try_recv().unwrap(), Ok(json!(1)));

        assert_eq!(tokens.succeed(&token, json!(2)), Err(TokenError::TaskTimedOut));
        assert_eq!(tokens.heartbeat(&token), Err(TokenError::TaskTimedOut));
    }

    #[test]
    fn a_token_nobody_waits_for_any_more_has_timed_out() {
        let tokens = Tokens::new();
        let token = Arc::clone(&tokens.open().token);

        assert_eq!(tokens.fail(&token, "E", "c"), Err(TokenError::TaskTimedOut));
        assert_eq!(tokens.waiting(), 0);
    }

    #[test]
    fn a_token_of_nobody_does_not_exist() {
        let tokens = Tokens::named("here");
        let _ticket = tokens.open();

        for token in ["", "here", "here.", "here.2", "here.0", "there.1", "here.x"] {
            assert_eq!(
                tokens.succeed(token, json!(1)),
                Err(TokenError::TaskDoesNotExist),
                "{token}"
            );
        }
    }

    #[test]
    fn an_output_over_the_limit_leaves_the_task_waiting() {
        let tokens = Tokens::new();
        let ticket = tokens.open();

        let large = json!("x".repeat(PAYLOAD_LIMIT));

        assert_eq!(tokens.succeed(&ticket.token, large), Err(TokenError::InvalidOutput));
        assert_eq!(tokens.waiting(), 1);
    }
}
