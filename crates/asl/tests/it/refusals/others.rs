//! Choice, Wait, Parallel and Map states.

use serde_json::json;

use super::{choice, map, parallel, refusals, state, wait};
use crate::world::definition;

refusals! {
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
