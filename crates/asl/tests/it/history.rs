//! Events as `GetExecutionHistory` returns them.

use asl::Execution;
use serde_json::{Value, json};

use crate::world::{invoke, kinds, launch, with};

/// The event as JSON, with these details.
fn event(id: u64, second: &str, kind: &str, details: Value) -> Value {
    let name = match kind {
        "TaskStateEntered" | "WaitStateEntered" => "stateEnteredEventDetails".to_owned(),
        "TaskStateExited" | "WaitStateExited" => "stateExitedEventDetails".to_owned(),
        kind => format!("{}{}EventDetails", kind[..1].to_ascii_lowercase(), &kind[1..]),
    };
    let mut event = json!({
        "timestamp": format!("2026-03-01T12:00:{second}.000Z"),
        "type": kind,
        "id": id,
        // The first state's event follows none, as the first event of all.
        "previousEventId": if id == 2 { 0 } else { id - 1 },
    });
    event[name] = details;
    event
}

fn entered(name: &str, input: &str) -> Value {
    json!({ "name": name, "input": input, "inputDetails": { "truncated": false } })
}

fn exited(name: &str, output: &str) -> Value {
    json!({ "name": name, "output": output, "outputDetails": { "truncated": false } })
}

fn of_task(more: Value) -> Value {
    with(json!({ "resourceType": "lambda", "resource": "invoke" }), more)
}

#[tokio::test(start_paused = true)]
async fn the_history_tells_the_whole_story() {
    let states = json!({
        "Plan": invoke(json!({
            "Arguments": { "FunctionName": "f", "Payload": { "x": "{% $states.input.x %}" } },
            "TimeoutSeconds": 10,
            "Retry": [{ "ErrorEquals": ["Unavailable"] }],
            "Assign": { "plan": "{% $states.result.Payload %}" },
            "Output": {},
            "Next": "Rest",
        })),
        "Rest": { "Type": "Wait", "Seconds": 5, "End": true },
    });
    let tasks = json!({ "Plan": [{ "error": "Unavailable", "cause": "down" }, { "result": { "Payload": 2 }, "after_seconds": 3 }] });

    let (execution, _) = launch(states, json!({ "x": 1 }), &tasks);
    execution.wait().await;

    let whole = json!({ "truncated": false });
    let input = json!({ "input": "{\"x\":1}", "inputDetails": whole });
    let scheduled = of_task(json!({
        "parameters": "{\"FunctionName\":\"f\",\"Payload\":{\"x\":1}}",
        "timeoutInSeconds": 10,
    }));
    let failed = of_task(json!({ "error": "Unavailable", "cause": "down" }));
    let succeeded = of_task(json!({ "output": "{\"Payload\":2}", "outputDetails": whole }));
    let assigned =
        json!({ "assignedVariables": { "plan": "2" }, "assignedVariablesDetails": whole });
    let history = serde_json::to_value(execution.history()).expect("JSON");
    assert_eq!(
        history,
        json!([
            event(1, "00", "ExecutionStarted", input),
            event(2, "00", "TaskStateEntered", entered("Plan", "{\"x\":1}")),
            event(3, "00", "TaskScheduled", scheduled.clone()),
            event(4, "00", "TaskStarted", of_task(json!({}))),
            event(5, "00", "TaskFailed", failed),
            event(6, "01", "TaskScheduled", scheduled),
            event(7, "01", "TaskStarted", of_task(json!({}))),
            event(8, "04", "TaskSucceeded", succeeded),
            event(9, "04", "TaskStateExited", with(exited("Plan", "{}"), assigned)),
            event(10, "04", "WaitStateEntered", entered("Rest", "{}")),
            event(11, "09", "WaitStateExited", exited("Rest", "{}")),
            event(
                12,
                "09",
                "ExecutionSucceeded",
                json!({ "output": "{}", "outputDetails": whole })
            ),
        ])
    );
}

#[tokio::test]
async fn a_bare_function_has_events_of_its_own() {
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:plan";
    let states = json!({ "A": { "Type": "Task", "Resource": arn, "Next": "B" }, "B": { "Type": "Task", "Resource": arn, "End": true } });
    let tasks = json!({ "A": [{ "result": 1 }], "B": [{ "error": "E", "cause": "c" }] });

    let (execution, _) = launch(states, json!({ "x": 1 }), &tasks);
    execution.wait().await;

    assert_eq!(
        kinds(&execution),
        [
            "ExecutionStarted",
            "TaskStateEntered",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionSucceeded",
            "TaskStateExited",
            "TaskStateEntered",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionFailed",
            "ExecutionFailed",
        ]
    );
    let scheduled = execution.history()[2].to_value();
    assert_eq!(
        scheduled["lambdaFunctionScheduledEventDetails"],
        json!({ "resource": arn, "input": "{\"x\":1}", "inputDetails": { "truncated": false } })
    );
    let failed = execution.history()[9].to_value();
    assert_eq!(failed["lambdaFunctionFailedEventDetails"], json!({ "error": "E", "cause": "c" }));
}

#[tokio::test(start_paused = true)]
async fn events_of_iterations_follow_their_own() {
    let states = json!({
        "A": {
            "Type": "Map",
            "Items": [3, 1],
            "ItemProcessor": { "StartAt": "B", "States": { "B": { "Type": "Wait", "Seconds": "{% $states.input %}", "End": true } } },
            "End": true,
        },
    });

    let (execution, _) = launch(states, json!({}), &json!({}));
    execution.wait().await;

    assert_eq!(
        follows(&execution),
        [
            "ExecutionStarted after 0",
            "MapStateEntered after 0",
            "MapStateStarted after 2",
            "MapIterationStarted after 3",
            "MapIterationStarted after 3",
            "WaitStateEntered after 4",
            "WaitStateEntered after 5",
            "WaitStateExited after 7",
            "MapIterationSucceeded after 8",
            "WaitStateExited after 6",
            "MapIterationSucceeded after 10",
            "MapStateSucceeded after 11",
            "MapStateExited after 12",
            "ExecutionSucceeded after 13",
        ]
    );
}

fn follows(execution: &Execution) -> Vec<String> {
    let history = execution.history();
    let told =
        history.iter().map(|event| format!("{} after {}", event.kind(), event.previous_event_id()));
    told.collect()
}

#[tokio::test]
async fn events_of_branches_follow_the_start_of_their_fork() {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Pass", "End": true } } });
    let states =
        json!({ "A": { "Type": "Parallel", "Branches": [branch("B"), branch("C")], "End": true } });

    let (execution, _) = launch(states, json!({}), &json!({}));
    execution.wait().await;

    assert_eq!(
        follows(&execution),
        [
            "ExecutionStarted after 0",
            "ParallelStateEntered after 0",
            "ParallelStateStarted after 2",
            "PassStateEntered after 3",
            "PassStateExited after 4",
            "PassStateEntered after 3",
            "PassStateExited after 6",
            "ParallelStateSucceeded after 7",
            "ParallelStateExited after 8",
            "ExecutionSucceeded after 9",
        ]
    );
}
