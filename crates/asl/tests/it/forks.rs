//! Parallel and Map.

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::world::{failed, invoke, kinds, launch, output, run, succeeded};

fn branch(name: &str, state: &Value) -> Value {
    json!({ "StartAt": name, "States": { name: state } })
}

fn wait(seconds: u64) -> Value {
    json!({ "Type": "Wait", "Seconds": seconds, "Output": seconds, "End": true })
}

#[tokio::test(start_paused = true)]
async fn branches_run_side_by_side_and_answer_in_their_order() {
    let states = json!({
        "A": { "Type": "Parallel", "Branches": [branch("slow", &wait(30)), branch("quick", &wait(10))], "End": true },
    });
    let began = Instant::now();

    assert_eq!(output(states, json!({})).await, json!([30, 10]));
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn branches_get_the_arguments_or_the_input() {
    let echo = json!({ "Type": "Pass", "End": true });
    let parallel = |arguments: Option<Value>| {
        let mut state = json!({ "Type": "Parallel", "Branches": [branch("B", &echo)], "Output": "{% $states.result[0] %}", "End": true });
        if let Some(arguments) = arguments {
            state["Arguments"] = arguments;
        }
        json!({ "A": state })
    };

    assert_eq!(output(parallel(None), json!({ "x": 1 })).await, json!({ "x": 1 }));
    let arguments = json!({ "y": "{% $states.input.x %}" });
    assert_eq!(output(parallel(Some(arguments)), json!({ "x": 1 })).await, json!({ "y": 1 }));
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_fails_stops_the_others_and_is_caught() {
    for name in ["E", "States.ALL", "States.BranchFailed", "States.TaskFailed"] {
        let states = json!({
            "A": {
                "Type": "Parallel",
                "Branches": [
                    branch("slow", &wait(30)),
                    branch("bad", &json!({ "Type": "Fail", "Error": "E", "Cause": "c" })),
                ],
                "Catch": [{ "ErrorEquals": [name], "Next": "B" }],
                "End": true,
            },
            "B": { "Type": "Wait", "Seconds": 100, "End": true },
        });

        let (execution, _) = launch(states, json!({}), &json!({}));

        assert_eq!(
            succeeded(execution.wait().await),
            json!({ "Error": "E", "Cause": "c" }),
            "{name}"
        );
        let kinds = kinds(&execution);
        assert_eq!(kinds.iter().filter(|kind| *kind == "WaitStateExited").count(), 1, "{kinds:?}");
    }
}

#[tokio::test]
async fn a_parallel_that_fails_by_itself_has_no_failed_branch() {
    let states = json!({
        "A": {
            "Type": "Parallel",
            "Branches": [branch("B", &json!({ "Type": "Succeed" }))],
            "Output": "{% $states.result[5] %}",
            "Catch": [{ "ErrorEquals": ["States.BranchFailed"], "Next": "C" }],
            "End": true,
        },
        "C": { "Type": "Succeed" },
    });

    assert_eq!(failed(run(states, json!({}), &json!({})).await), "States.QueryEvaluationError");
}

#[tokio::test]
async fn what_cannot_be_caught_passes_through_a_catch_around_it() {
    let states = json!({
        "A": {
            "Type": "Parallel",
            "Branches": [branch("B", &invoke(json!({ "End": true })))],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "C" }],
            "End": true,
        },
        "C": { "Type": "Succeed" },
    });

    let outcome = run(states, json!({}), &json!({ "B": [{ "error": "States.Runtime" }] })).await;

    assert_eq!(failed(outcome), "States.Runtime");
}

#[tokio::test(start_paused = true)]
async fn a_parallel_that_is_retried_runs_all_branches_again() {
    let states = json!({
        "A": {
            "Type": "Parallel",
            "Branches": [branch("B", &invoke(json!({ "End": true }))), branch("C", &json!({ "Type": "Pass", "Output": 2, "End": true }))],
            "Retry": [{ "ErrorEquals": ["E"] }],
            "End": true,
        },
    });
    let tasks = json!({ "B": [{ "error": "E" }, { "result": 1 }] });

    assert_eq!(succeeded(run(states, json!({}), &tasks).await), json!([1, 2]));
}

fn map(more: Value, state: &Value) -> Value {
    let map = json!({
        "Type": "Map",
        "ItemProcessor": { "ProcessorConfig": { "Mode": "INLINE" }, "StartAt": "Each", "States": { "Each": state } },
        "End": true,
    });
    json!({ "A": crate::world::with(map, more) })
}

#[tokio::test]
async fn a_map_runs_for_each_item_in_order() {
    let double = json!({ "Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true });

    let by_items = map(json!({ "Items": "{% $states.input.list %}" }), &double);
    assert_eq!(output(by_items, json!({ "list": [1, 2, 3] })).await, json!([2, 4, 6]));

    let by_input = map(json!({}), &double);
    assert_eq!(output(by_input, json!([5])).await, json!([10]));

    let literal = map(json!({ "Items": [1, "{% $states.input %}"] }), &double);
    assert_eq!(output(literal, json!(7)).await, json!([2, 14]));

    let none = map(json!({ "Items": [] }), &double);
    assert_eq!(output(none, json!({})).await, json!([]));
}

#[tokio::test]
async fn an_item_selector_sees_the_item() {
    let selector = json!({
        "Items": ["a", "b"],
        "ItemSelector": {
            "n": "{% $states.context.Map.Item.Index %}",
            "v": "{% $states.context.Map.Item.Value %}",
            "x": "{% $states.input.x %}",
        },
    });

    assert_eq!(
        output(map(selector, &json!({ "Type": "Pass", "End": true })), json!({ "x": 9 })).await,
        json!([{ "n": 0, "v": "a", "x": 9 }, { "n": 1, "v": "b", "x": 9 }])
    );
}

#[tokio::test]
async fn items_that_are_no_array_are_an_evaluation_error() {
    let states = map(json!({ "Items": "{% $states.input %}" }), &json!({ "Type": "Succeed" }));

    assert_eq!(failed(run(states, json!({}), &json!({})).await), "States.QueryEvaluationError");
}

#[tokio::test(start_paused = true)]
async fn concurrency_is_limited() {
    let items: Vec<u64> = (0..100).collect();
    for (concurrency, seconds) in [
        (json!(1), 1000),
        (json!(10), 100),
        (json!("{% 25 %}"), 40),
        (json!(0), 30),
        (json!(1000), 30),
    ] {
        let more = json!({ "Items": items, "MaxConcurrency": concurrency.clone() });
        let began = Instant::now();

        output(map(more, &json!({ "Type": "Wait", "Seconds": 10, "End": true })), json!({})).await;

        assert_eq!(began.elapsed().as_secs(), seconds, "{concurrency}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_iteration_that_fails_stops_the_map() {
    let states =
        map(json!({ "Items": [1, 2, 3], "MaxConcurrency": 2 }), &invoke(json!({ "End": true })));
    let tasks = json!({ "Each": [{ "hang": true }, { "error": "E", "after_seconds": 5 }] });

    let (execution, _) = launch(states, json!({}), &tasks);

    assert_eq!(failed(execution.wait().await), "E");
    let kinds = kinds(&execution);
    let of_map: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("Map")).collect();
    assert_eq!(
        of_map,
        [
            "MapStateEntered",
            "MapStateStarted",
            "MapIterationStarted",
            "MapIterationStarted",
            "MapIterationFailed",
            "MapIterationAborted",
            "MapStateFailed"
        ]
    );
}

#[tokio::test]
async fn forks_nest() {
    let inner = json!({
        "Type": "Map",
        "Items": "{% $states.input %}",
        "ItemProcessor": { "StartAt": "Leaf", "States": { "Leaf": { "Type": "Pass", "Output": "{% $factor * $states.input %}", "End": true } } },
        "End": true,
    });
    let states = json!({
        "Begin": { "Type": "Pass", "Assign": { "factor": 3 }, "Next": "Outer" },
        "Outer": { "Type": "Parallel", "Branches": [branch("Inner", &inner)], "End": true },
    });

    assert_eq!(output(states, json!([1, 2])).await, json!([[3, 6]]));
}
