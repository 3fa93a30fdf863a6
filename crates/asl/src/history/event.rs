//! One event as `GetExecutionHistory` returns it.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::record::Iteration;
use super::{Call, Record};
use crate::clock::iso;
use crate::error::TaskError;
use crate::integration::Integration;

/// One event of an execution. Serialized, it has the fields that the AWS command line shows for
/// `get-execution-history`, with timestamps as ISO 8601 text.
#[derive(Debug, Clone)]
pub struct HistoryEvent {
    pub(super) id: u64,
    pub(super) previous: u64,
    pub(super) timestamp: Timestamp,
    pub(super) record: Record,
}

impl HistoryEvent {
    /// Its number, from 1.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The number of the event before it in the same branch or iteration; 0 for the first.
    pub fn previous_event_id(&self) -> u64 {
        self.previous
    }

    /// When it happened.
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// Its `type`: `TaskStateEntered`.
    pub fn kind(&self) -> String {
        let plain = match &self.record {
            Record::StateEntered { kind, .. } => return format!("{kind}StateEntered"),
            Record::StateExited { kind, .. } => return format!("{kind}StateExited"),
            Record::TaskScheduled { call, .. } => return call.event("Scheduled"),
            Record::TaskStarted(call) => return call.event("Started"),
            Record::TaskSubmitted(call, _) => return call.event("Submitted"),
            Record::TaskSucceeded(call, _) => return call.event("Succeeded"),
            Record::TaskFailed(call, _) => return call.event("Failed"),
            Record::TaskTimedOut(call, _) => return call.event("TimedOut"),
            Record::ExecutionStarted(_) => "ExecutionStarted",
            Record::ExecutionSucceeded(_) => "ExecutionSucceeded",
            Record::ExecutionFailed(_) => "ExecutionFailed",
            Record::ExecutionTimedOut(_) => "ExecutionTimedOut",
            Record::ExecutionAborted { .. } => "ExecutionAborted",
            Record::EvaluationFailed { .. } => "EvaluationFailed",
            Record::ParallelStateStarted => "ParallelStateStarted",
            Record::ParallelStateSucceeded => "ParallelStateSucceeded",
            Record::ParallelStateFailed => "ParallelStateFailed",
            Record::MapStateStarted { .. } => "MapStateStarted",
            Record::MapStateSucceeded => "MapStateSucceeded",
            Record::MapStateFailed => "MapStateFailed",
            Record::MapIteration { what: Iteration::Started, .. } => "MapIterationStarted",
            Record::MapIteration { what: Iteration::Succeeded, .. } => "MapIterationSucceeded",
            Record::MapIteration { what: Iteration::Failed, .. } => "MapIterationFailed",
            Record::MapIteration { what: Iteration::Aborted, .. } => "MapIterationAborted",
        };
        plain.to_owned()
    }

    /// The event as JSON.
    pub fn to_value(&self) -> Value {
        let mut event = Map::new();
        event.insert("timestamp".to_owned(), json!(iso(self.timestamp)));
        event.insert("type".to_owned(), json!(self.kind()));
        event.insert("id".to_owned(), json!(self.id));
        event.insert("previousEventId".to_owned(), json!(self.previous));
        if let Some((name, details)) = self.details() {
            event.insert(name, details);
        }
        Value::Object(event)
    }

    /// The field that holds the details, and the details.
    fn details(&self) -> Option<(String, Value)> {
        let own = || {
            let kind = self.kind();
            let mut letters = kind.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            format!("{}{}EventDetails", first.into_iter().collect::<String>(), letters.as_str())
        };
        let whole = json!({ "truncated": false });
        Some(match &self.record {
            Record::ExecutionStarted(identity) => {
                let mut details =
                    json!({ "input": identity.input.to_string(), "inputDetails": whole });
                if let Some(role) = &identity.role_arn {
                    details["roleArn"] = json!(role);
                }
                (own(), details)
            }
            Record::ExecutionSucceeded(output) => {
                (own(), json!({ "output": output.to_string(), "outputDetails": whole }))
            }
            Record::ExecutionFailed(error) | Record::ExecutionTimedOut(error) => {
                (own(), json!({ "error": error.error, "cause": error.cause }))
            }
            Record::ExecutionAborted { error, cause } => {
                let mut details = Map::new();
                details.extend(error.iter().map(|error| ("error".to_owned(), json!(error))));
                details.extend(cause.iter().map(|cause| ("cause".to_owned(), json!(cause))));
                (own(), Value::Object(details))
            }
            Record::StateEntered { name, input, .. } => (
                "stateEnteredEventDetails".to_owned(),
                json!({ "name": **name, "input": input.to_string(), "inputDetails": whole }),
            ),
            Record::StateExited { name, output, assigned, .. } => {
                let mut details =
                    json!({ "name": **name, "output": output.to_string(), "outputDetails": whole });
                if !assigned.is_empty() {
                    let assigned = assigned.iter();
                    let assigned =
                        assigned.map(|(name, value)| (name.to_string(), json!(value.to_string())));
                    details["assignedVariables"] = Value::Object(assigned.collect());
                    details["assignedVariablesDetails"] = whole;
                }
                ("stateExitedEventDetails".to_owned(), details)
            }
            Record::TaskScheduled { call, parameters, timeout, heartbeat } => {
                (own(), call.scheduled(parameters, *timeout, *heartbeat))
            }
            Record::TaskStarted(call) => (own(), call.names()?),
            Record::TaskSubmitted(call, output) | Record::TaskSucceeded(call, output) => {
                (own(), call.with(json!({ "output": output.to_string(), "outputDetails": whole })))
            }
            Record::TaskFailed(call, error) | Record::TaskTimedOut(call, error) => {
                (own(), call.with(json!({ "error": error.error, "cause": error.cause })))
            }
            Record::EvaluationFailed { state, error: TaskError { error, cause } } => {
                (own(), json!({ "error": error, "cause": cause, "state": **state }))
            }
            Record::MapStateStarted { length } => (own(), json!({ "length": length })),
            Record::MapIteration { name, index, .. } => {
                (own(), json!({ "name": **name, "index": index }))
            }
            Record::ParallelStateStarted
            | Record::ParallelStateSucceeded
            | Record::ParallelStateFailed
            | Record::MapStateSucceeded
            | Record::MapStateFailed => return None,
        })
    }
}

impl Serialize for HistoryEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl Call {
    fn event(&self, what: &str) -> String {
        match self.integration {
            Integration::LambdaArn(_) => format!("LambdaFunction{what}"),
            _ => format!("Task{what}"),
        }
    }

    /// `resourceType` and `resource`; a bare function has none in its events.
    fn names(&self) -> Option<Value> {
        if matches!(self.integration, Integration::LambdaArn(_)) {
            return None;
        }
        let (kind, resource) = self.integration.names();
        Some(
            json!({ "resourceType": kind, "resource": format!("{resource}{}", self.pattern.suffix()) }),
        )
    }

    fn with(&self, mut details: Value) -> Value {
        if let (Some(Value::Object(names)), Value::Object(details)) = (self.names(), &mut details) {
            details.extend(names);
        }
        details
    }

    fn scheduled(&self, parameters: &Value, timeout: Option<u64>, heartbeat: Option<u64>) -> Value {
        let mut details = match &self.integration {
            Integration::LambdaArn(arn) => json!({
                "resource": **arn,
                "input": parameters.to_string(),
                "inputDetails": { "truncated": false },
            }),
            _ => self.with(json!({ "parameters": parameters.to_string() })),
        };
        if let Some(timeout) = timeout {
            details["timeoutInSeconds"] = json!(timeout);
        }
        if let Some(heartbeat) = heartbeat {
            details["heartbeatInSeconds"] = json!(heartbeat);
        }
        details
    }
}
