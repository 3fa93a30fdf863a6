//! `$states`, variables, scopes.

use serde_json::{Value, json};

use crate::world::{MACHINE, failed, invoke, output, run, succeeded};

async fn value_of(expression: &str, input: Value) -> Value {
    output(json!({ "A": { "Type": "Pass", "Output": expression, "End": true } }), input).await
}

#[tokio::test]
async fn expressions_see_the_context() {
    let execution = format!("{}:one", MACHINE.replace("stateMachine", "execution"));
    for (path, expected) in [
        ("Execution.Id", json!(execution)),
        ("Execution.Name", json!("one")),
        ("Execution.Input.a", json!([{ "b": 1 }])),
        ("Execution.Input.a.b", json!(1)),
        ("Execution.StartTime", json!("2026-03-01T12:00:00.000Z")),
        ("Execution.RedriveCount", json!(0)),
        ("State.Name", json!("A")),
        ("State.RetryCount", json!(0)),
        ("StateMachine.Id", json!(MACHINE)),
        ("StateMachine.Name", json!("story")),
    ] {
        let expression = format!("{{% $states.context.{path} %}}");
        let input = json!({ "a": [{ "b": 1 }] });
        assert_eq!(value_of(&expression, input.clone()).await, expected, "{path}");
        // The evaluator proper sees the same.
        let expression = format!("{{% ($x := $states; $x.context.{path}) %}}");
        assert_eq!(value_of(&expression, input).await, expected, "{path}");
    }
}

#[tokio::test]
async fn an_undefined_result_is_an_evaluation_error() {
    for expression in [
        "{% $states.input.no %}",
        "{% $states.input.a.no %}",
        "{% [1][5] %}",
        "{% $states.input[no] %}",
    ] {
        let states = json!({ "A": { "Type": "Pass", "Output": { "x": expression }, "End": true } });

        let outcome = run(states, json!({ "a": 1 }), &json!({})).await;

        let cause = outcome.cause.clone().unwrap();
        assert!(cause.contains("'Output/x' returned nothing (undefined)."), "{cause}");
        assert_eq!(failed(outcome), "States.QueryEvaluationError", "{expression}");
    }
}

#[tokio::test]
async fn a_null_is_a_value() {
    assert_eq!(value_of("{% $states.input.a %}", json!({ "a": null })).await, json!(null));
}

#[tokio::test]
async fn results_keep_their_types() {
    for (expression, expected) in [
        ("{% 1 + 1 %}", json!(2)),
        ("{% 1 / 4 %}", json!(0.25)),
        ("{% 'a' & 1 %}", json!("a1")),
        ("{% [] %}", json!([])),
        ("{% {} %}", json!({})),
        ("{% 1 = 1 %}", json!(true)),
        ("{% [1..3].($ * 2) %}", json!([2, 4, 6])),
        ("{% $map([1, 2], function($v, $i) { $v + $i }) %}", json!([1, 3])),
        ("{% $states.input.items[price > 1].name %}", json!("b")),
        ("{% $states.input.items.price %}", json!([1, 2])),
        ("plain text", json!("plain text")),
    ] {
        let input = json!({ "items": [{ "name": "a", "price": 1 }, { "name": "b", "price": 2 }] });
        assert_eq!(value_of(expression, input).await, expected, "{expression}");
    }
}

#[tokio::test]
async fn assign_and_output_do_not_see_each_other() {
    let states = json!({
        "A": { "Type": "Pass", "Assign": { "x": 1, "y": 10 }, "Next": "B" },
        "B": { "Type": "Pass", "Assign": { "x": "{% $y %}", "y": "{% $x %}" }, "Output": "{% $x %}", "Next": "C" },
        "C": { "Type": "Pass", "Output": "{% [$states.input, $x, $y] %}", "End": true },
    });

    assert_eq!(output(states, json!({})).await, json!([1, 10, 1]));
}

#[tokio::test]
async fn inner_flows_read_outer_variables_and_keep_their_own() {
    let branch = |name: &str, factor: i64| {
        json!({
            "StartAt": name,
            "States": {
                name: { "Type": "Pass", "Assign": { "own": format!("{{% $outer * {factor} %}}") }, "Next": format!("{name} end") },
                format!("{name} end"): { "Type": "Pass", "Output": "{% [$outer, $own] %}", "End": true },
            },
        })
    };
    let states = json!({
        "A": { "Type": "Pass", "Assign": { "outer": 2 }, "Next": "B" },
        "B": { "Type": "Parallel", "Branches": [branch("one", 10), branch("two", 100)], "End": true },
    });

    assert_eq!(output(states, json!({})).await, json!([[2, 20], [2, 200]]));
}

#[tokio::test]
async fn a_catch_sees_the_error_and_may_assign() {
    let states = json!({
        "A": invoke(json!({
            "End": true,
            "Catch": [{
                "ErrorEquals": ["Busy"],
                "Assign": { "error": "{% $states.errorOutput %}" },
                "Output": { "was": "{% $states.input.x %}", "why": "{% $states.errorOutput.Cause %}" },
                "Next": "B",
            }],
        })),
        "B": { "Type": "Pass", "Output": "{% [$states.input, $error] %}", "End": true },
    });
    let tasks = json!({ "A": [{ "error": "Busy", "cause": "later" }] });

    let outcome = run(states, json!({ "x": 1 }), &tasks).await;

    assert_eq!(
        succeeded(outcome),
        json!([{ "was": 1, "why": "later" }, { "Error": "Busy", "Cause": "later" }])
    );
}

#[tokio::test]
async fn a_catch_without_output_hands_on_the_error() {
    let states = json!({
        "A": invoke(json!({ "End": true, "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }] })),
        "B": { "Type": "Succeed" },
    });

    let outcome = run(states, json!({}), &json!({ "A": [{ "error": "E", "cause": "c" }] })).await;

    assert_eq!(succeeded(outcome), json!({ "Error": "E", "Cause": "c" }));
}
