//! One state machine, and how its executions are started and stopped.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::ProvideErrorMetadata;
use domain::Failure;
use domain::event::ExecutionEnded;
use domain::name::DeploymentId;
use domain::trigger::GoBack;
use serde_json::Value;
use workflow::ports::{Recoveries, Rollbacks};

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// A state machine whose executions are asked for by name.
#[derive(Debug, Clone)]
pub struct StateMachine {
    pub(super) client: Client,
    pub(super) arn: String,
}

/// What came of starting an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// It runs; it may have run before with the same input.
    Yes,
    /// The name was used, with another input or for an execution that is over.
    Already,
}

impl StateMachine {
    /// The state machine that is called `arn`.
    pub fn new(config: &Config, arn: impl Into<String>) -> Self {
        Self { client: client!(config, aws_sdk_sfn), arn: arn.into() }
    }

    /// Starts an execution under a name that is used once in 90 days.
    ///
    /// Source: `StartExecution`: idempotent by name and input while the execution runs; afterwards,
    /// or with another input, it answers `ExecutionAlreadyExists`.
    pub async fn start(&self, name: &str, input: &Value) -> Result<Started, Failure> {
        let start = self
            .client
            .start_execution()
            .state_machine_arn(&self.arn)
            .name(name)
            .input(input.to_string());

        let Err(error) = start.send().await else { return Ok(Started::Yes) };
        match error.code() {
            Some("ExecutionAlreadyExists") => Ok(Started::Already),
            Some("InvalidName" | "InvalidExecutionInput" | "ValidationException") => {
                Err(Failure::Invalid(format!(
                    "could not start the execution {name}: {}",
                    error
                        .message()
                        .unwrap_or("its name or input is not one that Step Functions takes")
                )))
            }
            _ => Err(failure(&format!("start the execution {name}"), &error)),
        }
    }

    /// What Step Functions calls the execution `name`: the machine's ARN with `execution` in place of
    /// `stateMachine`, and the name behind it. A version or an alias is no part of it.
    pub(super) fn execution(&self, name: &DeploymentId) -> Result<String, Failure> {
        let (account, machine) = self.arn.split_once(":stateMachine:").ok_or_else(|| {
            Failure::Invalid(format!(
                "{:?} is not the ARN of a state machine: \"arn:aws:states:<region>:<account>:stateMachine:<name>\"",
                self.arn
            ))
        })?;
        let machine = machine.split(':').next().unwrap_or_default();
        Ok(format!("{account}:execution:{machine}:{name}"))
    }
}

impl Recoveries for StateMachine {
    async fn begin(&self, name: &str, of: &ExecutionEnded) -> Result<(), Failure> {
        self.start(name, &serde_json::json!(of)).await.map(drop)
    }
}

impl Rollbacks for StateMachine {
    async fn go_back(&self, name: &str, ask: &GoBack) -> Result<(), Failure> {
        self.start(name, &serde_json::json!(ask)).await.map(drop)
    }
}
