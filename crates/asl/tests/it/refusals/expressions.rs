//! JSONPath, expressions and variables.

use serde_json::json;

use super::{choice, map, pass, refusals, says, task, wait};
use crate::world::{definition, invoke};

refusals! {
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
    the_context_document: says("{% $.x %}") => ["$.States.A.Output.x": "stand for nothing"];
    the_context_document_alone: says("{% $ %}") => ["$.States.A.Output.x": "stand for nothing"];
    the_root_document: says("{% $$.x %}") => ["$.States.A.Output.x": "stand for nothing"];
    an_unknown_field_of_states: says("{% $states.inputs %}") => ["$.States.A.Output.x": "`$states.inputs` does not exist"];
    an_unknown_field_of_the_context: says("{% $states.context.Execution.Nam %}") => ["$.States.A.Output.x": "does not exist"];
    a_result_of_no_task: says("{% $states.result %}") => ["$.States.A.Output.x": "`$states.result` does not exist here"];
    a_result_in_arguments: task(json!({ "Arguments": { "FunctionName": "{% $states.result.x %}" } })) => ["$.States.A.Arguments.FunctionName": "does not exist here"];
    an_error_outside_of_a_catch: says("{% $states.errorOutput.Error %}") => ["$.States.A.Output.x": "exists only in a Catch"];
    a_result_in_a_catch: definition(json!({
        "A": invoke(json!({ "Catch": [{ "ErrorEquals": ["E"], "Output": "{% $states.result %}", "Next": "B" }], "End": true })),
        "B": { "Type": "Succeed" },
    })) => ["$.States.A.Catch[0].Output": "does not exist here"];
    an_unknown_field_of_an_error: definition(json!({
        "A": invoke(json!({ "Catch": [{ "ErrorEquals": ["E"], "Output": "{% $states.errorOutput.Message %}", "Next": "B" }], "End": true })),
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
}
