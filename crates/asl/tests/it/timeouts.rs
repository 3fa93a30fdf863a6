//! Time-outs of tasks, heartbeats and the whole machine.

use asl::Status;
use serde_json::json;
use tokio::time::Instant;

use crate::world::{definition, failed, invoke, kinds, launch, launch_whole, run, succeeded, with};

#[tokio::test(start_paused = true)]
async fn a_task_that_hangs_times_out() {
    let states = json!({ "A": invoke(json!({ "TimeoutSeconds": 30, "End": true })) });
    let began = Instant::now();

    let (execution, _) = launch(states, json!({}), &json!({ "A": [{ "hang": true }] }));

    assert_eq!(failed(execution.wait().await), "States.Timeout");
    assert_eq!(began.elapsed().as_secs(), 30);
    assert!(kinds(&execution).contains(&"TaskTimedOut".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_computed_time_out_holds_for_each_attempt() {
    let states = json!({
        "A": invoke(json!({
            "TimeoutSeconds": "{% $states.input.limit %}",
            "Retry": [{ "ErrorEquals": ["States.Timeout"], "IntervalSeconds": 5 }],
            "End": true,
        })),
    });
    let tasks = json!({ "A": [{ "hang": true }, { "result": 1, "after_seconds": 9 }] });
    let began = Instant::now();

    succeeded(run(states, json!({ "limit": 10 }), &tasks).await);

    assert_eq!(began.elapsed().as_secs(), 10 + 5 + 9);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_runs_too_long_has_timed_out() {
    let states = json!({
        "A": { "Type": "Parallel", "Branches": [{ "StartAt": "B", "States": { "B": { "Type": "Wait", "Seconds": 1000, "End": true } } }], "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "C" }], "Next": "C" },
        "C": { "Type": "Succeed" },
    });
    let definition = with(definition(states), json!({ "TimeoutSeconds": 60 }));
    let began = Instant::now();

    let (execution, _) = launch_whole(&definition, json!({}), &json!({}));
    let outcome = execution.wait().await;

    assert_eq!(outcome.status, Status::TimedOut);
    assert_eq!(outcome.error.as_deref(), Some("States.Timeout"));
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(kinds(&execution).last().unwrap(), "ExecutionTimedOut");
}

#[tokio::test(start_paused = true)]
async fn timing_out_drops_the_call() {
    let states = json!({
        "A": invoke(json!({ "TimeoutSeconds": 1, "Catch": [{ "ErrorEquals": ["States.Timeout"], "Next": "B" }], "End": true })),
        "B": { "Type": "Wait", "Seconds": 100, "End": true },
    });
    // Were the call still going on, its result would come during the wait.
    let tasks = json!({ "A": [{ "result": 1, "after_seconds": 50 }] });

    let (execution, _) = launch(states, json!({}), &tasks);
    succeeded(execution.wait().await);

    assert!(!kinds(&execution).contains(&"TaskSucceeded".to_owned()));
}
