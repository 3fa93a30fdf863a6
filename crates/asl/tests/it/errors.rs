//! Retry and Catch.

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::world::{failed, invoke, kinds, launch, output, run, succeeded};

fn retried(retry: &Value) -> Value {
    json!({ "A": invoke(json!({ "Retry": retry, "End": true })) })
}

fn errors(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!({ "error": name })).collect()
}

#[tokio::test(start_paused = true)]
async fn retries_back_off_up_to_the_longest_delay() {
    for (retry, failures, seconds) in [
        (json!({}), 3, 1 + 2 + 4),
        (json!({ "IntervalSeconds": 3, "BackoffRate": 1 }), 2, 6),
        (json!({ "IntervalSeconds": 2, "BackoffRate": 1.5, "MaxAttempts": 4 }), 3, 2 + 3),
        (json!({ "IntervalSeconds": 10, "MaxDelaySeconds": 15 }), 3, 10 + 15 + 15),
    ] {
        let mut retry = retry;
        retry["ErrorEquals"] = json!(["Unavailable"]);
        let mut answers = errors(&vec!["Unavailable"; failures]);
        answers.push(json!({ "result": "done" }));
        let began = Instant::now();

        let (execution, _) = launch(retried(&json!([retry])), json!({}), &json!({ "A": answers }));

        assert_eq!(succeeded(execution.wait().await), json!("done"));
        let waited = began.elapsed().as_secs_f64();
        let expected =
            if retry["BackoffRate"] == 1.5 { 2.0 + 3.0 + 4.5 } else { f64::from(seconds) };
        assert!((waited - expected).abs() < 0.1, "{retry}: {waited}");
        assert_eq!(execution.transitions(), 1 + failures);
        assert_eq!(execution.path(), ["A"]);
    }
}

#[tokio::test(start_paused = true)]
async fn full_jitter_shortens_the_wait_and_can_be_repeated() {
    let mut waits = Vec::new();
    for _ in 0..2 {
        let retry =
            json!([{ "ErrorEquals": ["E"], "IntervalSeconds": 100, "JitterStrategy": "FULL" }]);
        let began = Instant::now();
        let tasks = json!({ "A": [{ "error": "E" }, { "result": 1 }] });
        run(retried(&retry), json!({}), &tasks).await;
        waits.push(began.elapsed());
    }

    assert_eq!(waits[0], waits[1]);
    assert!(waits[0].as_secs_f64() > 0.0 && waits[0].as_secs_f64() < 100.0, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn each_retrier_counts_for_itself() {
    let retry = json!([
        { "ErrorEquals": ["A"], "MaxAttempts": 1 },
        { "ErrorEquals": ["B"], "MaxAttempts": 2 },
    ]);

    let enough =
        json!({ "A": [{ "error": "A" }, { "error": "B" }, { "error": "B" }, { "result": 1 }] });
    succeeded(run(retried(&retry), json!({}), &enough).await);

    let spent = json!({ "A": errors(&["A", "B", "A"]) });
    assert_eq!(failed(run(retried(&retry), json!({}), &spent).await), "A");
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_anew_at_each_visit() {
    let states = json!({
        "A": invoke(json!({
            "Retry": [{ "ErrorEquals": ["E"], "MaxAttempts": 1 }],
            "Assign": { "n": "{% $states.result %}" },
            "Next": "Again",
        })),
        "Again": { "Type": "Choice", "Choices": [{ "Condition": "{% $n < 2 %}", "Next": "A" }], "Default": "Done" },
        "Done": { "Type": "Succeed" },
    });
    let tasks =
        json!({ "A": [{ "error": "E" }, { "result": 1 }, { "error": "E" }, { "result": 2 }] });

    let (execution, _) = launch(states, json!({}), &tasks);

    succeeded(execution.wait().await);
    assert_eq!(execution.path(), ["A", "Again", "A", "Again", "Done"]);
    assert_eq!(execution.transitions(), 7);
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_retrier_leads_to_the_catch() {
    let states = json!({
        "A": invoke(json!({
            "Retry": [
                { "ErrorEquals": ["E"], "MaxAttempts": 0 },
                { "ErrorEquals": ["States.ALL"], "MaxAttempts": 5 },
            ],
            "Catch": [{ "ErrorEquals": ["Other"], "Next": "Wrong" }, { "ErrorEquals": ["E"], "Next": "Caught" }],
            "Next": "Wrong",
        })),
        "Caught": { "Type": "Pass", "Output": "caught", "End": true },
        "Wrong": { "Type": "Fail" },
    });

    let outcome = run(states, json!({}), &json!({ "A": [{ "error": "E" }] })).await;

    assert_eq!(succeeded(outcome), json!("caught"));
}

#[tokio::test]
async fn names_in_error_equals_match_as_documented() {
    for (name, error, caught) in [
        ("E", "E", true),
        ("E", "F", false),
        ("States.ALL", "E", true),
        ("States.ALL", "States.Timeout", true),
        ("States.ALL", "States.Runtime", false),
        ("States.ALL", "States.DataLimitExceeded", false),
        ("States.TaskFailed", "E", true),
        ("States.TaskFailed", "States.Permissions", true),
        ("States.TaskFailed", "States.Timeout", false),
        ("States.Timeout", "States.Timeout", true),
        ("States.Timeout", "States.HeartbeatTimeout", true),
        ("States.HeartbeatTimeout", "States.Timeout", false),
        ("States.BranchFailed", "E", false),
    ] {
        let states = json!({
            "A": invoke(json!({ "End": true, "Catch": [{ "ErrorEquals": [name], "Next": "B" }] })),
            "B": { "Type": "Pass", "Output": "caught", "End": true },
        });

        let outcome = run(states, json!({}), &json!({ "A": [{ "error": error }] })).await;

        assert_eq!(outcome.output.is_some(), caught, "{name} for {error}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_expression_that_fails_is_caught_where_it_stands() {
    for field in ["Arguments", "Assign", "Output", "TimeoutSeconds"] {
        let mut task = invoke(json!({
            "End": true,
            "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "B" }],
        }));
        match field {
            "Arguments" => task["Arguments"]["Payload"] = json!("{% $states.input.no %}"),
            "Assign" => task["Assign"] = json!({ "x": "{% $states.result.no %}" }),
            other => task[other] = json!("{% $states.input.no %}"),
        }
        let states = json!({ "A": task, "B": { "Type": "Succeed" } });

        let (execution, _) = launch(states, json!({}), &json!({ "A": [{ "result": {} }] }));

        assert_eq!(succeeded(execution.wait().await), json!("caught"), "{field}");
        assert!(kinds(&execution).contains(&"EvaluationFailed".to_owned()));
    }
}

#[tokio::test]
async fn an_expression_that_fails_in_a_catch_ends_the_execution() {
    let states = json!({
        "A": invoke(json!({
            "End": true,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": "{% $states.input.no %}", "Next": "B" }],
        })),
        "B": { "Type": "Succeed" },
    });

    let outcome = run(states, json!({}), &json!({ "A": [{ "error": "E" }] })).await;

    assert_eq!(failed(outcome), "States.QueryEvaluationError");
}

#[tokio::test]
async fn the_retry_count_is_in_the_context() {
    let states = json!({
        "A": invoke(json!({
            "Retry": [{ "ErrorEquals": ["E"] }],
            "Output": "{% $states.context.State.RetryCount %}",
            "End": true,
        })),
    });
    tokio::time::pause();

    let tasks = json!({ "A": [{ "error": "E" }, { "error": "E" }, { "result": 1 }] });

    assert_eq!(succeeded(run(states, json!({}), &tasks).await), json!(2));
    // Nothing of it is left for the next execution.
    let states = json!({ "A": { "Type": "Pass", "Output": "{% $states.context.State.RetryCount %}", "End": true } });
    assert_eq!(output(states, json!({})).await, json!(0));
}
