//! How an execution stands, and the event that tells others.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::identity::Identity;
use crate::size::size;

/// How an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It has begun and not ended.
    Running,
    /// It came to its end.
    Succeeded,
    /// An error was not caught.
    Failed,
    /// It ran longer than the machine's `TimeoutSeconds`.
    TimedOut,
    /// It was stopped from outside.
    Aborted,
}

impl Status {
    /// As Step Functions writes it: `TIMED_OUT`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Never [`Status::Running`].
    pub status: Status,
    /// The output, if it succeeded.
    pub output: Option<Arc<Value>>,
    /// The name of the error, if it did not succeed and there is one.
    pub error: Option<String>,
    /// The cause of the error.
    pub cause: Option<String>,
}

/// A change of an execution's status: to `RUNNING` when it starts, and how it ended.
#[derive(Debug, Clone)]
pub struct StatusChange {
    /// Which execution.
    pub execution: Arc<Identity>,
    /// How it stands now.
    pub status: Status,
    /// When it ended, if it has.
    pub stop: Option<Timestamp>,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
}

/// Inputs and outputs larger than this are left out of status events
/// (Developer Guide, "EventBridge for Step Functions execution status changes").
const EVENT_PAYLOAD_LIMIT: usize = 248 * 1024;

impl StatusChange {
    /// The `detail` of the event `Step Functions Execution Status Change` of source `aws.states`.
    /// Dates are milliseconds since 1970; what does not apply is `null`.
    ///
    /// That `error` and `cause` are among the fields is what AWS shows in its newer samples.
    pub fn detail(&self) -> Value {
        let payload = |value: Option<&Arc<Value>>| match value {
            Some(value) if size(value).is_some_and(|size| size <= EVENT_PAYLOAD_LIMIT) => {
                (json!(value.to_string()), json!({ "included": true }))
            }
            Some(_) => (Value::Null, json!({ "included": false })),
            None => (Value::Null, Value::Null),
        };
        let outcome = self.outcome.as_ref();
        let (input, input_details) = payload(Some(&self.execution.input));
        let (output, output_details) = payload(outcome.and_then(|outcome| outcome.output.as_ref()));
        json!({
            "executionArn": self.execution.arn,
            "stateMachineArn": self.execution.machine_arn,
            "name": self.execution.name,
            "status": self.status.as_str(),
            "startDate": self.execution.start.as_millisecond(),
            "stopDate": self.stop.map(Timestamp::as_millisecond),
            "input": input,
            "inputDetails": input_details,
            "output": output,
            "outputDetails": output_details,
            "error": outcome.and_then(|outcome| outcome.error.as_ref()),
            "cause": outcome.and_then(|outcome| outcome.cause.as_ref()),
        })
    }
}
