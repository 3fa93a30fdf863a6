//! Answers for tasks that wait with a token.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use domain::Failure;
use domain::name::CallbackToken;
use serde_json::Value;
use workflow::ports::{Callbacks, Heard};

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// Whoever waits with a callback token.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: Client,
}

/// The longest cause of a failure. Source: the API model, `SensitiveCause`.
const LONGEST_CAUSE: usize = 32_768;

impl StepFunctions {
    /// Step Functions of the account and region that `config` names.
    pub fn new(config: &Config) -> Self {
        Self { client: client!(config, aws_sdk_sfn) }
    }

    /// Tells a waiting task that it is worked on, so that its `HeartbeatSeconds` begin anew.
    pub async fn beat(&self, token: &CallbackToken) -> Result<Heard, Failure> {
        let beat = self.client.send_task_heartbeat().task_token(token.as_str());
        heard("tell a waiting task that it is worked on", beat.send().await)
    }
}

/// An answer of ours that was lost and sent again is told as [`Heard::Gone`]: by then nobody waits.
impl Callbacks for StepFunctions {
    async fn succeed(&self, token: &CallbackToken, answer: Value) -> Result<Heard, Failure> {
        let success =
            self.client.send_task_success().task_token(token.as_str()).output(answer.to_string());
        heard("answer for a waiting task", success.send().await)
    }

    async fn fail(&self, token: &CallbackToken, failure: &Failure) -> Result<Heard, Failure> {
        let cause = failure.to_string();
        let fail = self
            .client
            .send_task_failure()
            .task_token(token.as_str())
            .error(failure.name())
            .cause(beginning(&cause, LONGEST_CAUSE));
        heard("fail a waiting task", fail.send().await)
    }
}

/// Whether somebody heard. A token is not repeated in a message: who has it may answer with it.
fn heard<T, E>(what: &str, answer: Result<T, SdkError<E>>) -> Result<Heard, Failure>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Err(error) = answer else { return Ok(Heard::Yes) };

    match error.code() {
        Some("TaskDoesNotExist" | "TaskTimedOut" | "InvalidToken") => Ok(Heard::Gone),
        Some("InvalidOutput" | "ValidationException") => Err(Failure::Invalid(format!(
            "could not {what}: {}",
            error.message().unwrap_or("the answer is not one that Step Functions takes")
        ))),
        _ => Err(failure(what, &error)),
    }
}

/// So much of a text as fits into `bytes`, with a sign where it was cut.
fn beginning(text: &str, bytes: usize) -> String {
    const CUT: &str = "…";
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes - CUT.len());
    format!("{}{CUT}", &text[..end])
}
