//! Stopping an execution, and hearing of its status.

use std::sync::Arc;
use std::time::Duration;

use asl::script::Script;
use asl::{Status, StatusChange, Tokens, start};
use parking_lot::Mutex;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::world::{MACHINE, begin, definition, invoke, kinds, launch, machine};

#[tokio::test(start_paused = true)]
async fn an_execution_can_be_stopped_anywhere() {
    for states in [
        json!({ "A": { "Type": "Wait", "Seconds": 1000, "End": true } }),
        json!({ "A": invoke(json!({ "End": true, "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }] })), "B": { "Type": "Succeed" } }),
        json!({ "A": { "Type": "Parallel", "Branches": [{ "StartAt": "B", "States": { "B": { "Type": "Wait", "Seconds": 1000, "End": true } } }], "End": true } }),
    ] {
        let (execution, _) = launch(states, json!({}), &json!({ "A": [{ "hang": true }] }));
        sleep(Duration::from_secs(5)).await;
        let began = Instant::now();

        assert!(execution.stop(Some("Operator".to_owned()), Some("enough".to_owned())));
        let outcome = execution.wait().await;

        assert_eq!(outcome.status, Status::Aborted);
        assert_eq!(
            (outcome.error.as_deref(), outcome.cause.as_deref()),
            (Some("Operator"), Some("enough"))
        );
        assert_eq!(began.elapsed().as_secs(), 0);
        assert_eq!(kinds(&execution).last().unwrap(), "ExecutionAborted");
        assert!(!execution.stop(None, None));
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_at_once_stops_before_the_first_state() {
    let (execution, _) = launch(json!({ "A": { "Type": "Succeed" } }), json!({}), &json!({}));

    execution.stop(None, None);

    assert_eq!(execution.wait().await.status, Status::Aborted);
    assert_eq!(execution.path(), Vec::<String>::new());
}

#[tokio::test]
async fn a_loop_that_never_waits_can_be_stopped() {
    let states = json!({
        "A": { "Type": "Pass", "Next": "B" },
        "B": { "Type": "Choice", "Choices": [{ "Condition": "{% true %}", "Next": "A" }], "Default": "C" },
        "C": { "Type": "Succeed" },
    });
    let (execution, _) = launch(states, json!({}), &json!({}));
    tokio::task::yield_now().await;
    assert!(execution.transitions() > 0, "it should be on its way");

    assert!(execution.stop(None, None));

    assert_eq!(execution.wait().await.status, Status::Aborted);
}

#[tokio::test]
async fn an_ended_execution_cannot_be_stopped() {
    let (execution, _) = launch(json!({ "A": { "Type": "Succeed" } }), json!({}), &json!({}));
    execution.wait().await;

    assert!(!execution.stop(None, None));
    assert_eq!(execution.status(), Status::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_handle_does_not_stop_the_execution() {
    let (execution, _) = launch(
        json!({ "A": { "Type": "Wait", "Seconds": 5, "End": true } }),
        json!({}),
        &json!({}),
    );
    let watching = execution.clone();
    let stopper = {
        let execution = execution.clone();
        tokio::spawn(async move { drop(execution) })
    };
    drop(execution);
    stopper.await.unwrap();

    assert_eq!(watching.wait().await.status, Status::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn the_owner_hears_of_the_start_and_the_end() {
    let heard: Arc<Mutex<Vec<StatusChange>>> = Arc::default();
    let tokens = Tokens::new();
    let script = Arc::new(Script::empty(tokens.clone()));
    let machine = machine(&definition(
        json!({ "A": { "Type": "Wait", "Seconds": 5, "Output": 7, "End": true } }),
    ));
    let start_with = begin(json!({ "x": 1 })).telling({
        let heard = Arc::clone(&heard);
        move |change| heard.lock().push(change.clone())
    });

    let execution = start(machine, start_with, script, tokens);
    assert_eq!(heard.lock().len(), 1, "of the start at once");
    execution.wait().await;

    let details: Vec<_> = heard.lock().iter().map(StatusChange::detail).collect();
    let arn = format!("{}:one", MACHINE.replace("stateMachine", "execution"));
    assert_eq!(
        details,
        [
            json!({
                "executionArn": arn, "stateMachineArn": MACHINE, "name": "one", "status": "RUNNING",
                "startDate": 1_772_366_400_000_i64, "stopDate": null,
                "input": "{\"x\":1}", "inputDetails": { "included": true },
                "output": null, "outputDetails": null, "error": null, "cause": null,
            }),
            json!({
                "executionArn": arn, "stateMachineArn": MACHINE, "name": "one", "status": "SUCCEEDED",
                "startDate": 1_772_366_400_000_i64, "stopDate": 1_772_366_405_000_i64,
                "input": "{\"x\":1}", "inputDetails": { "included": true },
                "output": "7", "outputDetails": { "included": true }, "error": null, "cause": null,
            }),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_executions_run_on_many_threads() {
    let states = json!({
        "A": { "Type": "Map", "Items": "{% [1..20] %}", "ItemProcessor": { "StartAt": "B", "States": { "B": { "Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true } } }, "Output": "{% $sum($states.result) %}", "End": true },
    });
    let executions: Vec<_> =
        (0..50).map(|_| launch(states.clone(), json!({}), &json!({})).0).collect();

    for execution in executions {
        assert_eq!(execution.wait().await.output.as_deref(), Some(&json!(420)));
    }
}
