//! Each thing that is refused when a definition is read, with its exact path; and nothing besides.

use asl::Machine;
use serde_json::{Value, json};

use crate::world::{by_token, definition, invoke, machine, report, with};

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
            refused(&$definition, &[$(($path, $what)),+]);
        })+
    };
}

/// One Pass state `A` that ends, with these fields.
fn pass(more: Value) -> Value {
    definition(json!({ "A": with(json!({ "Type": "Pass", "End": true }), &more) }))
}

/// One Task state `A` that ends, with these fields.
fn task(more: Value) -> Value {
    definition(json!({ "A": with(invoke(&json!({ "End": true })), &more) }))
}

fn resource(resource: &str, arguments: Value) -> Value {
    task(json!({ "Resource": resource, "Arguments": arguments }))
}

fn whole(more: Value) -> Value {
    with(pass(json!({})), &more)
}

fn state(state: Value) -> Value {
    definition(json!({ "A": state }))
}

fn retry(retrier: Value) -> Value {
    task(json!({ "Retry": [with(json!({ "ErrorEquals": ["E"] }), &retrier)] }))
}

fn wait(fields: Value) -> Value {
    state(with(json!({ "Type": "Wait", "End": true }), &fields))
}

fn choice(rule: Value) -> Value {
    definition(json!({
        "A": { "Type": "Choice", "Choices": [with(json!({ "Condition": "{% true %}", "Next": "B" }), &rule)], "Default": "B" },
        "B": { "Type": "Succeed" },
    }))
}

fn map(more: Value) -> Value {
    let map = json!({
        "Type": "Map",
        "ItemProcessor": { "StartAt": "B", "States": { "B": { "Type": "Succeed" } } },
        "End": true,
    });
    state(with(map, &more))
}

fn parallel(branch: Value) -> Value {
    state(json!({ "Type": "Parallel", "Branches": [branch], "End": true }))
}

fn says(expression: &str) -> Value {
    pass(json!({ "Output": { "x": expression } }))
}

refusals! {
    // The machine
    another_query_language: whole(json!({ "QueryLanguage": "JSONPath" })) => ["$.QueryLanguage": "only JSONata"];
    no_query_language: json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } }) => ["$": "`QueryLanguage` is missing"];
    an_unknown_field_of_the_machine: whole(json!({ "Foo": 1 })) => ["$.Foo": "no field `Foo`"];
    a_misspelt_field_of_the_machine: whole(json!({ "TimeoutSecond": 1 })) => ["$.TimeoutSecond": "no field"];
    an_unknown_version: whole(json!({ "Version": "2.0" })) => ["$.Version": "no version `2.0`"];
    a_time_out_of_nothing: whole(json!({ "TimeoutSeconds": 0 })) => ["$.TimeoutSeconds": "out of range"];
    no_start: json!({ "QueryLanguage": "JSONata", "States": { "A": { "Type": "Succeed" } } }) => ["$": "`StartAt` is missing"];
    no_states: json!({ "QueryLanguage": "JSONata", "StartAt": "A" }) => ["$": "`States` is missing"];
    empty_states: json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {} }) => ["$.States": "no states", "$.StartAt": "no state `A`"];
    a_dangling_start: whole(json!({ "StartAt": "B" })) => ["$.StartAt": "no state `B` here"];
    a_machine_that_is_no_object: json!([]) => ["$": "not an object"];

    // Flow
    a_dangling_next: state(json!({ "Type": "Pass", "Next": "B" })) => ["$.States.A.Next": "no state `B` here"];
    a_dangling_default: definition(json!({
        "A": { "Type": "Choice", "Choices": [{ "Condition": "{% true %}", "Next": "B" }], "Default": "C" },
        "B": { "Type": "Succeed" },
    })) => ["$.States.A.Default": "no state `C` here"];
    a_dangling_catch: task(json!({ "Catch": [{ "ErrorEquals": ["E"], "Next": "B" }] })) => ["$.States.A.Catch[0].Next": "no state `B`"];
    a_dangling_rule: choice(json!({ "Next": "C" })) => ["$.States.A.Choices[0].Next": "no state `C`"];
    an_unreachable_state: definition(json!({
        "A": { "Type": "Succeed" },
        "B": { "Type": "Pass", "Next": "C" },
        "C": { "Type": "Pass", "Next": "B" },
    })) => ["$.States.B": "nothing leads", "$.States.C": "nothing leads"];
    no_end: definition(json!({
        "A": { "Type": "Pass", "Next": "B" },
        "B": { "Type": "Pass", "Next": "A" },
    })) => ["$": "ends this flow"];
    no_end_in_a_branch: parallel(json!({ "StartAt": "B", "States": { "B": { "Type": "Pass", "Next": "B" } } }))
        => ["$.States.A.Branches[0]": "ends this flow"];
    a_way_out_of_a_branch: parallel(json!({ "StartAt": "B", "States": { "B": { "Type": "Pass", "Next": "A" } } }))
        => ["$.States.A.Branches[0].States.B.Next": "no state `A` here"];
    neither_next_nor_end: state(json!({ "Type": "Pass" })) => ["$.States.A": "neither `Next` nor `End`"];
    both_next_and_end: definition(json!({
        "A": { "Type": "Pass", "Next": "B", "End": true }, "B": { "Type": "Succeed" },
    })) => ["$.States.A": "both `Next` and `End`"];
    an_end_that_is_false: pass(json!({ "End": false })) => ["$.States.A.End": "only be `true`"];
    an_end_of_a_succeed: state(json!({ "Type": "Succeed", "End": true })) => ["$.States.A.End": "`End` is not allowed here"];
    a_next_of_a_choice: choice(json!({})).as_object().map(|whole| {
        let mut whole = Value::Object(whole.clone());
        whole["States"]["A"]["Next"] = json!("B");
        whole
    }).unwrap() => ["$.States.A.Next": "not allowed here"];

    // States
    a_name_taken_in_another_branch: definition(json!({
        "A": { "Type": "Parallel", "Branches": [
            { "StartAt": "B", "States": { "B": { "Type": "Succeed" } } },
            { "StartAt": "B", "States": { "B": { "Type": "Succeed" } } },
        ], "End": true },
    })) => ["$.States.A.Branches[1].States.B": "taken by $.States.A.Branches[0].States.B"];
    a_name_that_is_too_long: definition(json!({
        "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé": { "Type": "Succeed" },
    })) => ["$.States.ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé": "longer than 80"];
    a_state_that_is_no_object: state(json!(1)) => ["$.States.A": "not an object", "$": "ends this flow"];
    no_type: state(json!({ "End": true })) => ["$.States.A": "`Type` is missing"];
    an_unknown_type: state(json!({ "Type": "Loop", "End": true })) => ["$.States.A.Type": "no type of state `Loop`"];
    an_unknown_field: pass(json!({ "Foo": 1 })) => ["$.States.A.Foo": "a Pass state has no field `Foo`"];
    jsonpath_in_one_state: pass(json!({ "QueryLanguage": "JSONPath" })) => ["$.States.A.QueryLanguage": "only JSONata"];
    a_comment_that_is_no_text: pass(json!({ "Comment": 1 })) => ["$.States.A.Comment": "not a string"];
    retry_of_a_pass: pass(json!({ "Retry": [] })) => ["$.States.A.Retry": "not allowed here"];
    catch_of_a_wait: wait(json!({ "Seconds": 1, "Catch": [] })) => ["$.States.A.Catch": "not allowed here"];
    time_out_of_a_wait: wait(json!({ "Seconds": 1, "TimeoutSeconds": 1 })) => ["$.States.A.TimeoutSeconds": "not allowed here"];
    assign_of_a_succeed: state(json!({ "Type": "Succeed", "Assign": {} })) => ["$.States.A.Assign": "not allowed here"];
    output_of_a_fail: state(json!({ "Type": "Fail", "Output": 1 })) => ["$.States.A.Output": "no field"];
    an_error_that_is_no_text: state(json!({ "Type": "Fail", "Error": 5 })) => ["$.States.A.Error": "not a string"];

    // JSONPath
    input_path: pass(json!({ "InputPath": "$" })) => ["$.States.A.InputPath": "JSONPath field"];
    output_path: pass(json!({ "OutputPath": "$" })) => ["$.States.A.OutputPath": "JSONPath field"];
    result_path: task(json!({ "ResultPath": "$.x" })) => ["$.States.A.ResultPath": "JSONPath field"];
    result_selector: task(json!({ "ResultSelector": {} })) => ["$.States.A.ResultSelector": "JSONPath field"];
    parameters: task(json!({ "Parameters": {} })) => ["$.States.A.Parameters": "JSONPath field"];
    a_result_of_a_pass: pass(json!({ "Result": 1 })) => ["$.States.A.Result": "JSONPath field"];
    items_path: map(json!({ "ItemsPath": "$.x" })) => ["$.States.A.ItemsPath": "JSONPath field"];
    a_variable_of_a_rule: choice(json!({ "Variable": "$.x", "NumericEquals": 1 })) => [
        "$.States.A.Choices[0].Variable": "JSONPath field",
        "$.States.A.Choices[0].NumericEquals": "JSONPath field",
    ];
    seconds_path: wait(json!({ "Seconds": 1, "SecondsPath": "$.x" })) => ["$.States.A.SecondsPath": "JSONPath field"];
    a_key_of_jsonpath: pass(json!({ "Output": { "a": [{ "b.$": "$.x" }] } })) => ["$.States.A.Output.a[0]['b.$']": "JSONPath key"];

    // Expressions
    broken_jsonata: says("{% $states.input. %}") => ["$.States.A.Output.x": "not JSONata"];
    an_empty_expression: says("{% %}") => ["$.States.A.Output.x": "not JSONata"];
    an_unclosed_expression: says("{% $states.input") => ["$.States.A.Output.x": "must begin with"];
    text_around_an_expression: says(" {% 1 %} ") => ["$.States.A.Output.x": "must begin with"];
    an_unknown_function: says("{% $sume([1]) %}") => ["$.States.A.Output.x": "no function `$sume`"];
    eval: says("{% $eval('1') %}") => ["$.States.A.Output.x": "no function `$eval`"];
    a_name_without_a_document: says("{% states.input %}") => ["$.States.A.Output.x": "`states` stands for nothing"];
    a_name_without_a_document_inside: says("{% $sum([1, total]) %}") => ["$.States.A.Output.x": "`total` stands for nothing"];
    the_root_document: says("{% $$.x %}") => ["$.States.A.Output.x": "stand for nothing"];
    an_unknown_field_of_states: says("{% $states.inputs %}") => ["$.States.A.Output.x": "`$states.inputs` does not exist"];
    an_unknown_field_of_the_context: says("{% $states.context.Execution.Nam %}") => ["$.States.A.Output.x": "does not exist"];
    a_result_of_no_task: says("{% $states.result %}") => ["$.States.A.Output.x": "`$states.result` does not exist here"];
    a_result_in_arguments: task(json!({ "Arguments": { "FunctionName": "{% $states.result.x %}" } })) => ["$.States.A.Arguments.FunctionName": "does not exist here"];
    an_error_outside_of_a_catch: says("{% $states.errorOutput.Error %}") => ["$.States.A.Output.x": "exists only in a Catch"];
    a_result_in_a_catch: definition(json!({
        "A": invoke(&json!({ "Catch": [{ "ErrorEquals": ["E"], "Output": "{% $states.result %}", "Next": "B" }], "End": true })),
        "B": { "Type": "Succeed" },
    })) => ["$.States.A.Catch[0].Output": "does not exist here"];
    an_unknown_field_of_an_error: definition(json!({
        "A": invoke(&json!({ "Catch": [{ "ErrorEquals": ["E"], "Output": "{% $states.errorOutput.Message %}", "Next": "B" }], "End": true })),
        "B": { "Type": "Succeed" },
    })) => ["$.States.A.Catch[0].Output": "does not exist"];
    a_token_where_there_is_none: task(json!({ "Arguments": { "FunctionName": "f", "Payload": "{% $states.context.Task.Token %}" } }))
        => ["$.States.A.Arguments.Payload": "only in `Arguments` of a `.waitForTaskToken` task"];
    an_item_outside_of_a_selector: says("{% $states.context.Map.Item.Value %}") => ["$.States.A.Output.x": "only in `ItemSelector`"];

    // Variables
    an_undefined_variable: says("{% $plan.x %}") => ["$.States.A.Output.x": "`$plan` is never assigned"];
    an_undefined_variable_named_like_a_function: says("{% $error.Cause %}") => ["$.States.A.Output.x": "`$error` is never assigned"];
    an_undefined_variable_in_a_condition: choice(json!({ "Condition": "{% $x = 1 %}" })) => ["$.States.A.Choices[0].Condition": "`$x` is never assigned"];
    a_variable_before_it_is_assigned: pass(json!({ "Assign": { "x": 1 }, "Output": "{% $x %}" })) => ["$.States.A.Output": "`$x` is never assigned before"];
    a_variable_assigned_only_on_another_way: definition(json!({
        "A": { "Type": "Choice", "Choices": [{ "Condition": "{% true %}", "Assign": { "x": 1 }, "Next": "B" }], "Default": "C" },
        "B": { "Type": "Pass", "Output": "{% $x %}", "End": true },
        "C": { "Type": "Pass", "Output": "{% $x %}", "End": true },
    })) => ["$.States.C.Output": "`$x` is never assigned before"];
    a_variable_of_a_branch_outside: definition(json!({
        "A": { "Type": "Parallel", "Branches": [{ "StartAt": "B", "States": { "B": { "Type": "Pass", "Assign": { "x": 1 }, "End": true } } }], "Next": "C" },
        "C": { "Type": "Pass", "Output": "{% $x %}", "End": true },
    })) => ["$.States.C.Output": "`$x` is never assigned before"];
    an_outer_variable_assigned_inside: definition(json!({
        "A": { "Type": "Pass", "Assign": { "x": 1 }, "Next": "B" },
        "B": { "Type": "Parallel", "Branches": [{ "StartAt": "C", "States": { "C": { "Type": "Pass", "Assign": { "x": 2 }, "End": true } } }], "End": true },
    })) => ["$.States.B.Branches[0].States.C.Assign.x": "belongs to the flow around"];
    a_reserved_variable: pass(json!({ "Assign": { "states": 1 } })) => ["$.States.A.Assign.states": "cannot be the name"];
    a_variable_that_is_no_name: pass(json!({ "Assign": { "1x": 1 } })) => ["$.States.A.Assign['1x']": "cannot be the name"];
    an_assign_that_is_no_object: pass(json!({ "Assign": 1 })) => ["$.States.A.Assign": "not an object"];

    // Tasks
    no_resource: state(json!({ "Type": "Task", "End": true })) => ["$.States.A": "`Resource` is missing"];
    an_unsupported_service: resource("arn:aws:states:::sqs:sendMessage", json!({})) => ["$.States.A.Resource": "not supported"];
    an_activity: resource("arn:aws:states:eu-west-1:123456789012:activity:x", json!({})) => ["$.States.A.Resource": "not supported"];
    an_unknown_pattern: resource("arn:aws:states:::lambda:invoke.sync:3", json!({})) => ["$.States.A.Resource": "no pattern `.sync:3`"];
    a_pattern_the_service_lacks: resource("arn:aws:states:::lambda:invoke.sync", json!({})) => ["$.States.A.Resource": "does not know the pattern `.sync`"];
    a_token_for_dynamodb: resource("arn:aws:states:::dynamodb:putItem.waitForTaskToken", json!({})) => ["$.States.A.Resource": "does not know the pattern"];
    a_resource_that_is_no_arn: resource("lambda", json!({})) => ["$.States.A.Resource": "not an ARN"];
    a_resource_that_is_computed: resource("{% $states.input.arn %}", json!({})) => ["$.States.A.Resource": "cannot be computed"];
    an_sdk_action_in_pascal_case: resource("arn:aws:states:::aws-sdk:ecs:DescribeServices", json!({})) => ["$.States.A.Resource": "not supported"];
    no_function_name: task(json!({ "Arguments": { "Payload": 1 } })) => ["$.States.A.Arguments": "`FunctionName` is missing"];
    a_misspelt_argument: task(json!({ "Arguments": { "FunctionName": "f", "Payloads": 1 } })) => ["$.States.A.Arguments.Payloads": "no field `Payloads`"];
    no_arguments: state(json!({ "Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "End": true })) => ["$.States.A": "`Arguments` is missing"];
    no_topic: resource("arn:aws:states:::sns:publish", json!({ "Message": "m" })) => ["$.States.A.Arguments": "`TopicArn` or `TargetArn` or `PhoneNumber` is missing"];
    no_key: resource("arn:aws:states:::dynamodb:updateItem", json!({ "TableName": "t" })) => ["$.States.A.Arguments": "`Key` is missing"];
    a_token_that_is_not_handed_out: state(by_token(&json!({ "Arguments": { "FunctionName": "f" }, "End": true }))) => ["$.States.A.Arguments": "token is not handed out"];
    a_heartbeat_not_less_than_the_time_out: task(json!({ "TimeoutSeconds": 10, "HeartbeatSeconds": 10 })) => ["$.States.A.HeartbeatSeconds": "not less than `TimeoutSeconds`"];
    a_time_out_of_zero: task(json!({ "TimeoutSeconds": 0 })) => ["$.States.A.TimeoutSeconds": "out of range"];
    a_time_out_in_words: task(json!({ "TimeoutSeconds": "ten" })) => ["$.States.A.TimeoutSeconds": "plain text"];
    credentials: task(json!({ "Credentials": {} })) => ["$.States.A.Credentials": "not supported"];

    // Retry and Catch
    no_errors: task(json!({ "Retry": [{}] })) => ["$.States.A.Retry[0]": "`ErrorEquals` is missing"];
    empty_errors: retry(json!({ "ErrorEquals": [] })) => ["$.States.A.Retry[0].ErrorEquals": "empty"];
    an_error_that_is_no_name: retry(json!({ "ErrorEquals": [1] })) => ["$.States.A.Retry[0].ErrorEquals[0]": "not the name"];
    an_unknown_reserved_error: retry(json!({ "ErrorEquals": ["States.Timeut"] })) => ["$.States.A.Retry[0].ErrorEquals[0]": "no error `States.Timeut`"];
    an_error_that_is_never_caught: task(json!({ "Retry": [{ "ErrorEquals": ["States.DataLimitExceeded"] }] })) => ["$.States.A.Retry[0].ErrorEquals[0]": "never caught"];
    all_beside_others: retry(json!({ "ErrorEquals": ["E", "States.ALL"] })) => ["$.States.A.Retry[0].ErrorEquals": "must stand alone"];
    all_before_others: task(json!({ "Retry": [{ "ErrorEquals": ["States.ALL"] }, { "ErrorEquals": ["E"] }] })) => ["$.States.A.Retry[0].ErrorEquals": "must come last"];
    too_many_attempts: retry(json!({ "MaxAttempts": 100_000_000 })) => ["$.States.A.Retry[0].MaxAttempts": "out of range"];
    fewer_than_no_attempts: retry(json!({ "MaxAttempts": -1 })) => ["$.States.A.Retry[0].MaxAttempts": "out of range"];
    a_backoff_that_shrinks: retry(json!({ "BackoffRate": 0.5 })) => ["$.States.A.Retry[0].BackoffRate": "out of range"];
    an_interval_of_zero: retry(json!({ "IntervalSeconds": 0 })) => ["$.States.A.Retry[0].IntervalSeconds": "out of range"];
    an_interval_of_a_fraction: retry(json!({ "IntervalSeconds": 1.5 })) => ["$.States.A.Retry[0].IntervalSeconds": "out of range"];
    a_longest_delay_too_short: retry(json!({ "IntervalSeconds": 5, "MaxDelaySeconds": 5 })) => ["$.States.A.Retry[0].MaxDelaySeconds": "not greater than `IntervalSeconds`"];
    a_longest_delay_too_long: retry(json!({ "MaxDelaySeconds": 31_622_401 })) => ["$.States.A.Retry[0].MaxDelaySeconds": "out of range"];
    an_unknown_jitter: retry(json!({ "JitterStrategy": "SOME" })) => ["$.States.A.Retry[0].JitterStrategy": "no jitter"];
    an_unknown_field_of_a_retrier: retry(json!({ "MaxAttempt": 1 })) => ["$.States.A.Retry[0].MaxAttempt": "no field"];
    a_catcher_without_a_way: task(json!({ "Catch": [{ "ErrorEquals": ["E"] }] })) => ["$.States.A.Catch[0]": "`Next` is missing"];
    a_retry_that_is_no_array: task(json!({ "Retry": {} })) => ["$.States.A.Retry": "not an array"];

    // Choice, Wait, Parallel, Map
    no_rules: definition(json!({ "A": { "Type": "Choice", "Choices": [], "Default": "B" }, "B": { "Type": "Succeed" } })) => ["$.States.A.Choices": "empty"];
    a_condition_that_is_plain_text: choice(json!({ "Condition": "$x = 1" })) => ["$.States.A.Choices[0].Condition": "plain text"];
    a_wait_for_nothing: wait(json!({})) => ["$.States.A": "neither `Seconds` nor `Timestamp`"];
    a_wait_for_two_things: wait(json!({ "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z" })) => ["$.States.A": "both `Seconds` and `Timestamp`"];
    a_timestamp_that_is_none: wait(json!({ "Timestamp": "tomorrow" })) => ["$.States.A.Timestamp": "not a timestamp"];
    seconds_below_zero: wait(json!({ "Seconds": -1 })) => ["$.States.A.Seconds": "out of range"];
    no_branches: state(json!({ "Type": "Parallel", "Branches": [], "End": true })) => ["$.States.A.Branches": "empty"];
    an_unknown_field_of_a_branch: parallel(json!({ "StartAt": "B", "States": { "B": { "Type": "Succeed" } }, "Name": 1 })) => ["$.States.A.Branches[0].Name": "no field"];
    no_processor: state(json!({ "Type": "Map", "End": true })) => ["$.States.A": "`ItemProcessor` is missing"];
    an_iterator: map(json!({ "Iterator": {} })) => ["$.States.A.Iterator": "old name"];
    a_distributed_map: map(json!({ "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "B", "States": { "B": { "Type": "Succeed" } } } })) => [
        "$.States.A.ItemProcessor.ProcessorConfig.ExecutionType": "not supported",
        "$.States.A.ItemProcessor.ProcessorConfig.Mode": "not supported",
    ];
    tolerated_failures: map(json!({ "ToleratedFailureCount": 1 })) => ["$.States.A.ToleratedFailureCount": "not supported"];
    an_item_reader: map(json!({ "ItemReader": {} })) => ["$.States.A.ItemReader": "not supported"];
    items_that_are_an_object: map(json!({ "Items": {} })) => ["$.States.A.Items": "not an array"];
}

#[test]
fn all_mistakes_are_in_one_report() {
    let definition = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "A",
        "States": {
            "A": invoke(&json!({ "Retry": [{ "ErrorEquals": ["E"], "BackoffRate": 0 }], "Output": "{% $x %}", "Next": "Bee" })),
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
