//! Events as `GetExecutionHistory` returns them.

use serde_json::{Value, json};

use crate::world::{invoke, kinds, launch};

#[tokio::test(start_paused = true)]
async fn the_history_tells_the_whole_story() {
    let states = json!({
        "Plan": invoke(&json!({
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
    let names = json!({ "resourceType": "lambda", "resource": "invoke" });
    let of_task = |more: Value| crate::world::with(names.clone(), &more);
    let scheduled = of_task(json!({
        "parameters": "{\"FunctionName\":\"f\",\"Payload\":{\"x\":1}}",
        "timeoutInSeconds": 10,
    }));
    let event =
        |id: u64, previous: u64, second: &str, kind: &str, details: Option<(&str, Value)>| {
            let mut event = json!({
                "timestamp": format!("2026-03-01T12:00:{second}.000Z"),
                "type": kind,
                "id": id,
                "previousEventId": previous,
            });
            if let Some((name, details)) = details {
                event[name] = details;
            }
            event
        };
    let expected = vec![
        event(
            1,
            0,
            "00",
            "ExecutionStarted",
            Some((
                "executionStartedEventDetails",
                json!({ "input": "{\"x\":1}", "inputDetails": whole }),
            )),
        ),
        event(
            2,
            0,
            "00",
            "TaskStateEntered",
            Some((
                "stateEnteredEventDetails",
                json!({ "name": "Plan", "input": "{\"x\":1}", "inputDetails": whole }),
            )),
        ),
        event(3, 2, "00", "TaskScheduled", Some(("taskScheduledEventDetails", scheduled.clone()))),
        event(4, 3, "00", "TaskStarted", Some(("taskStartedEventDetails", names.clone()))),
        event(
            5,
            4,
            "00",
            "TaskFailed",
            Some((
                "taskFailedEventDetails",
                of_task(json!({ "error": "Unavailable", "cause": "down" })),
            )),
        ),
        event(6, 5, "01", "TaskScheduled", Some(("taskScheduledEventDetails", scheduled))),
        event(7, 6, "01", "TaskStarted", Some(("taskStartedEventDetails", names.clone()))),
        event(
            8,
            7,
            "04",
            "TaskSucceeded",
            Some((
                "taskSucceededEventDetails",
                of_task(json!({ "output": "{\"Payload\":2}", "outputDetails": whole })),
            )),
        ),
        event(
            9,
            8,
            "04",
            "TaskStateExited",
            Some((
                "stateExitedEventDetails",
                json!({ "name": "Plan", "output": "{}", "outputDetails": whole, "assignedVariables": { "plan": "2" }, "assignedVariablesDetails": whole }),
            )),
        ),
        event(
            10,
            9,
            "04",
            "WaitStateEntered",
            Some((
                "stateEnteredEventDetails",
                json!({ "name": "Rest", "input": "{}", "inputDetails": whole }),
            )),
        ),
        event(
            11,
            10,
            "09",
            "WaitStateExited",
            Some((
                "stateExitedEventDetails",
                json!({ "name": "Rest", "output": "{}", "outputDetails": whole }),
            )),
        ),
        event(
            12,
            11,
            "09",
            "ExecutionSucceeded",
            Some((
                "executionSucceededEventDetails",
                json!({ "output": "{}", "outputDetails": whole }),
            )),
        ),
    ];
    let history = serde_json::to_value(execution.history()).unwrap();
    for (found, expected) in history.as_array().unwrap().iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(history.as_array().unwrap().len(), expected.len());
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

#[tokio::test]
async fn events_of_branches_follow_the_start_of_their_fork() {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Pass", "End": true } } });
    let states =
        json!({ "A": { "Type": "Parallel", "Branches": [branch("B"), branch("C")], "End": true } });

    let (execution, _) = launch(states, json!({}), &json!({}));
    execution.wait().await;

    let follows: Vec<_> =
        execution.history().iter().map(|event| (event.kind(), event.previous_event_id())).collect();
    let follows: Vec<_> =
        follows.iter().map(|(kind, previous)| (kind.as_str(), *previous)).collect();
    assert_eq!(
        follows,
        [
            ("ExecutionStarted", 0),
            ("ParallelStateEntered", 0),
            ("ParallelStateStarted", 2),
            ("PassStateEntered", 3),
            ("PassStateExited", 4),
            ("PassStateEntered", 3),
            ("PassStateExited", 6),
            ("ParallelStateSucceeded", 7),
            ("ParallelStateExited", 8),
            ("ExecutionSucceeded", 9),
        ]
    );
}
