//! Each thing that is refused when a definition is read, with its exact path; and nothing besides.

mod expressions;
mod machine;
mod others;
mod tasks;

use asl::Machine;
use serde_json::{Value, json};

use crate::world::{definition, invoke, machine, report, with};

/// The report has exactly these problems: path, and part of what is wrong.
#[track_caller]
fn refused(definition: &Value, expected: &[(&str, &str)]) {
    let report = report(definition);
    let found: Vec<_> = report.iter().map(|problem| problem.path.as_str()).collect();
    let paths: Vec<_> = expected.iter().map(|(path, _)| *path).collect();
    assert_eq!(found, paths, "\n{report}");
    for (problem, (_, what)) in report.iter().zip(expected) {
        assert!(problem.what.contains(what), "{problem}\nshould say: {what}");
        assert!(!problem.remedy.is_empty(), "{problem}");
    }
}

macro_rules! refusals {
    ($($name:ident: $definition:expr => [$($path:literal: $what:literal),+ $(,)?];)+) => {
        $(#[test]
        fn $name() {
            super::refused(&$definition, &[$(($path, $what)),+]);
        })+
    };
}

pub(crate) use refusals;

/// One Pass state `A` that ends, with these fields.
fn pass(more: Value) -> Value {
    definition(json!({ "A": with(json!({ "Type": "Pass", "End": true }), more) }))
}

/// One Task state `A` that ends, with these fields.
fn task(more: Value) -> Value {
    definition(json!({ "A": with(invoke(json!({ "End": true })), more) }))
}

fn resource(resource: &str, arguments: Value) -> Value {
    let mut whole = task(json!({ "Resource": resource }));
    whole["States"]["A"]["Arguments"] = arguments;
    whole
}

fn whole(more: Value) -> Value {
    with(pass(json!({})), more)
}

fn state(state: Value) -> Value {
    definition(Value::Object([("A".to_owned(), state)].into_iter().collect()))
}

fn retry(retrier: Value) -> Value {
    task(json!({ "Retry": [with(json!({ "ErrorEquals": ["E"] }), retrier)] }))
}

fn wait(fields: Value) -> Value {
    state(with(json!({ "Type": "Wait", "End": true }), fields))
}

fn choice(rule: Value) -> Value {
    definition(json!({
        "A": { "Type": "Choice", "Choices": [with(json!({ "Condition": "{% true %}", "Next": "B" }), rule)], "Default": "B" },
        "B": { "Type": "Succeed" },
    }))
}

fn map(more: Value) -> Value {
    let map = json!({
        "Type": "Map",
        "ItemProcessor": { "StartAt": "B", "States": { "B": { "Type": "Succeed" } } },
        "End": true,
    });
    state(with(map, more))
}

fn parallel(branch: Value) -> Value {
    let mut parallel = json!({ "Type": "Parallel", "End": true });
    parallel["Branches"] = Value::Array(vec![branch]);
    state(parallel)
}

fn says(expression: &str) -> Value {
    pass(json!({ "Output": { "x": expression } }))
}

#[test]
fn all_mistakes_are_in_one_report() {
    let definition = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "A",
        "States": {
            "A": invoke(json!({ "Retry": [{ "ErrorEquals": ["E"], "BackoffRate": 0 }], "Output": "{% $x %}", "Next": "Bee" })),
            "B": { "Type": "Wait", "Next": "C" },
            "C": { "Type": "Pass", "ResultPath": "$.x", "End": true },
        },
    });

    assert_eq!(
        report(&definition).to_string(),
        "\
$.States.A.Next: there is no state `Bee` here; a state can only lead to one of the same flow, not into or out of a branch
$.States.A.Retry[0].BackoffRate: 0 is out of range for `BackoffRate`; write a number from 1.0 up
$.States.B: there is neither `Seconds` nor `Timestamp`; write one of them
$.States.C.ResultPath: `ResultPath` is a JSONPath field; keep the result in a variable with `Assign`, or build it into `Output`
$.States.B: nothing leads to this state; lead to it with a `Next`, or remove it
$.States.C: nothing leads to this state; lead to it with a `Next`, or remove it
$.States.A.Output: `$x` is never assigned before; assign it in a state before, or correct the name"
    );
}

#[test]
fn a_near_miss_is_named() {
    let near = definition(
        json!({ "A": { "Type": "Pass", "Next": "Wach" }, "Watch": { "Type": "Succeed" } }),
    );
    assert!(report(&near).to_string().contains("write `Watch`"));

    let near = pass(json!({ "output": 1 }));
    assert!(report(&near).to_string().contains("write `Output`"));
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    let report = Machine::read("{\n  \"States\": }").unwrap_err();

    assert!(report.to_string().starts_with("$: this is not JSON: "), "{report}");
    assert!(report.to_string().contains("line 2 column"), "{report}");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Type": "Succeed"}}}"#;

    let report = Machine::read(text).unwrap_err();

    assert!(report.iter().any(|problem| problem.path == "$.States.A.Type"), "{report}");
}

#[test]
fn a_definition_over_one_mebibyte_is_refused() {
    let large = pass(json!({ "Comment": "x".repeat(asl::DEFINITION_LIMIT) }));

    refused(&large, &[("$", "bytes")]);
}

#[test]
fn a_variable_assigned_on_an_earlier_round_is_known() {
    machine(&definition(json!({
        "Choose": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input %}", "Next": "Use" }], "Default": "Learn" },
        "Use": { "Type": "Pass", "Output": "{% $x %}", "End": true },
        "Learn": { "Type": "Pass", "Assign": { "x": 1 }, "Output": true, "Next": "Again" },
        "Again": { "Type": "Pass", "Next": "Choose" },
    })));
}

#[test]
fn what_is_right_is_not_refused() {
    for good in [
        task(json!({ "Arguments": "{% $states.input %}" })),
        task(
            json!({ "Resource": "arn:aws-cn:states:::lambda:invoke", "TimeoutSeconds": 10, "HeartbeatSeconds": 9 }),
        ),
        resource(
            "arn:aws:states:::states:startExecution.sync:2",
            json!({ "StateMachineArn": "m", "Input": {} }),
        ),
        resource("arn:aws:states:::states:startExecution.sync", json!({ "StateMachineArn": "m" })),
        resource("arn:aws:states:::ecs:runTask.sync", json!({ "TaskDefinition": "t" })),
        resource("arn:aws:states:::aws-sdk:ecs:describeServices", json!({})),
        resource(
            "arn:aws:states:::events:putEvents.waitForTaskToken",
            json!({ "Entries": [{ "Detail": "{% $states.context %}" }] }),
        ),
        resource("arn:aws:lambda:eu-west-1:123456789012:function:f:live", json!({})),
        retry(
            json!({ "MaxAttempts": 0, "BackoffRate": 1, "MaxDelaySeconds": 31_622_400, "JitterStrategy": "FULL" }),
        ),
        task(json!({ "Retry": [], "Catch": [] })),
        says("{% ($x := 1; $f := function($n) { $n + $x }; $f(2)) %}"),
        says("{% $states.input.items[price > 1 and $exists(name)]{ name: price } %}"),
        says("{% $states.input.items@$v#$i[$i > 1].{ 'n': $v.name } %}"),
        says("{% $states.input ~> |$|{ 'a': b }| %}"),
        says("{% $states.input.items^(>price).name %}"),
        says("{% $sort([2, 1], function($l, $r) { $l > $r }) %}"),
        says("{% $filter($keys($states.input), $boolean) %}"),
        says("{% $states.input.\"odd name\" & `` %}".replace(" & ``", "").as_str()),
        says("no expression: 100%"),
        map(
            json!({ "ItemSelector": { "i": "{% $states.context.Map.Item.Index %}" }, "MaxConcurrency": 0 }),
        ),
    ] {
        machine(&good);
    }
}
