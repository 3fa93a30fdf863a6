//! Definitions in short, and scripted runs of them.

use std::sync::Arc;

use asl::script::Script;
use asl::{Clock, Execution, Machine, Outcome, Report, Start, Status, Tokens, start};
use serde_json::{Value, json};

pub(crate) const MACHINE: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:story";

/// A definition of these states that begins with the first of them.
pub(crate) fn definition(states: Value) -> Value {
    let first = states.as_object().expect("states").keys().next().cloned();
    let mut whole = json!({ "QueryLanguage": "JSONata", "StartAt": first });
    whole["States"] = states;
    whole
}

/// `base` with the fields of `more`.
pub(crate) fn with(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}

/// A Task state that invokes a function, with these fields besides.
pub(crate) fn invoke(more: Value) -> Value {
    let task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": { "FunctionName": "f" },
    });
    with(task, more)
}

/// A Task state that waits for its token.
pub(crate) fn by_token(more: Value) -> Value {
    let task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {
            "FunctionName": "f",
            "Payload": { "token": "{% $states.context.Task.Token %}" },
        },
    });
    with(task, more)
}

pub(crate) fn machine(definition: &Value) -> Arc<Machine> {
    match Machine::read(&definition.to_string()) {
        Ok(machine) => Arc::new(machine),
        Err(report) => panic!("refused:\n{report}"),
    }
}

pub(crate) fn report(definition: &Value) -> Report {
    Machine::read(&definition.to_string()).expect_err("the definition should be refused")
}

pub(crate) fn clock() -> Clock {
    Clock::starting_at("2026-03-01T12:00:00Z".parse().expect("a timestamp"))
}

pub(crate) fn begin(input: Value) -> Start {
    Start::new("one", MACHINE, input, clock())
}

/// Starts the states with this input; their tasks answer from `tasks`.
pub(crate) fn launch(states: Value, input: Value, tasks: &Value) -> (Execution, Tokens) {
    launch_whole(&definition(states), input, tasks)
}

pub(crate) fn launch_whole(definition: &Value, input: Value, tasks: &Value) -> (Execution, Tokens) {
    let tokens = Tokens::new();
    let script = Script::read(&tasks.to_string(), tokens.clone()).expect("a good script");
    let execution = start(machine(definition), begin(input), Arc::new(script), tokens.clone());
    (execution, tokens)
}

/// Runs the states to their end.
pub(crate) async fn run(states: Value, input: Value, tasks: &Value) -> Outcome {
    launch(states, input, tasks).0.wait().await
}

/// The output of the states, which have no tasks.
pub(crate) async fn output(states: Value, input: Value) -> Value {
    succeeded(run(states, input, &json!({})).await)
}

pub(crate) fn succeeded(outcome: Outcome) -> Value {
    assert_eq!(outcome.status, Status::Succeeded, "{outcome:?}");
    Value::clone(&outcome.output.expect("an output"))
}

/// The error's name, of an execution that failed.
pub(crate) fn failed(outcome: Outcome) -> String {
    assert_eq!(outcome.status, Status::Failed, "{outcome:?}");
    outcome.error.expect("an error")
}

/// `type` of every event.
pub(crate) fn kinds(execution: &Execution) -> Vec<String> {
    execution.history().iter().map(asl::HistoryEvent::kind).collect()
}
