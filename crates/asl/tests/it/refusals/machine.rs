//! The machine as a whole, its flow and its states.

use serde_json::{Value, json};

use super::{choice, parallel, pass, refusals, state, task, wait, whole};
use crate::world::definition;

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
}
