//! The quotas of Step Functions.

use std::sync::Arc;

use asl::script::Script;
use asl::{EVENT_LIMIT, Keep, PAYLOAD_LIMIT, Tokens, start};
use serde_json::{Value, json};

use crate::world::{begin, definition, failed, invoke, launch, machine, run};

fn large() -> Value {
    json!("x".repeat(PAYLOAD_LIMIT - 1))
}

#[tokio::test]
async fn more_than_256_kib_is_never_caught() {
    let caught = json!([{ "ErrorEquals": ["States.ALL"], "Next": "Done" }]);
    let task = |more: Value| {
        let mut task = invoke(more);
        task["Catch"] = caught.clone();
        task["Next"] = json!("Done");
        json!({ "A": task, "Done": { "Type": "Succeed", "Output": 1 } })
    };
    let small = json!({ "A": [{ "result": {} }] });
    for (what, states, input, tasks) in [
        ("input", task(json!({})), large(), small.clone()),
        ("result", task(json!({})), json!({}), json!({ "A": [{ "result": large() }] })),
        (
            "arguments",
            task(json!({ "Arguments": { "FunctionName": "f", "Payload": large() } })),
            json!({}),
            small.clone(),
        ),
        ("output", task(json!({ "Output": "{% $pad('x', 262143) %}" })), json!({}), small.clone()),
        (
            "assign",
            task(
                json!({ "Assign": { "x": "{% $pad('x', 200000) %}", "y": "{% $pad('x', 200000) %}" } }),
            ),
            json!({}),
            small,
        ),
    ] {
        let outcome = run(states, input, &tasks).await;
        assert_eq!(failed(outcome), "States.DataLimitExceeded", "{what}");
    }
}

#[tokio::test]
async fn values_cannot_be_nested_without_end() {
    let grow = json!({
        "A": { "Type": "Pass", "Output": { "x": "{% $states.input %}" }, "Next": "B" },
        "B": { "Type": "Choice", "Choices": [{ "Condition": "{% true %}", "Next": "A" }], "Default": "C" },
        "C": { "Type": "Succeed" },
    });
    assert_eq!(failed(run(grow, json!({}), &json!({})).await), "States.Runtime");

    for expression in [
        "{% $reduce([1..50000], function($a, $i) { { 'a': $a } }, 0) %}",
        "{% ($f := function($n) { $n = 0 ? 0 : { 'a': [[$f($n - 1)], 1] } }; $f(2000)) %}",
    ] {
        let states = json!({ "A": { "Type": "Pass", "Output": expression, "End": true } });
        assert_eq!(
            failed(run(states, json!({}), &json!({})).await),
            "States.QueryEvaluationError",
            "{expression}"
        );
    }
}

#[tokio::test]
async fn exactly_256_kib_pass() {
    let text = json!("x".repeat(PAYLOAD_LIMIT - 2));
    let outcome = run(json!({ "A": { "Type": "Succeed" } }), text, &json!({})).await;

    assert!(outcome.output.is_some(), "{:?}", outcome.error);
}

#[tokio::test]
async fn an_endless_execution_fails_at_the_limit_of_events() {
    let states = json!({
        "A": { "Type": "Pass", "Next": "B" },
        "B": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.go %}", "Next": "A" }], "Default": "C" },
        "C": { "Type": "Succeed" },
    });

    let (execution, _) = launch(states, json!({ "go": true }), &json!({}));

    assert_eq!(failed(execution.wait().await), "States.Runtime");
    assert_eq!(execution.events(), EVENT_LIMIT);
    let history = execution.history();
    assert_eq!(u64::try_from(history.len()).unwrap(), EVENT_LIMIT);
    assert_eq!(history.last().unwrap().kind(), "ExecutionFailed");
}

#[tokio::test]
async fn an_owner_may_keep_less() {
    for (keep, events, path) in
        [(Keep::Everything, 4, vec!["A"]), (Keep::Path, 0, vec!["A"]), (Keep::Counts, 0, vec![])]
    {
        let tokens = Tokens::new();
        let machine = machine(&definition(json!({ "A": { "Type": "Succeed" } })));
        let script = Arc::new(Script::empty(tokens.clone()));

        let execution = start(machine, begin(json!({})).keeping(keep), script, tokens);
        execution.wait().await;

        assert_eq!(execution.history().len(), events);
        assert_eq!(execution.path(), path);
        assert_eq!((execution.events(), execution.transitions()), (4, 1));
    }
}
