//! Task states, Retry and Catch.

use serde_json::json;

use super::{refusals, resource, retry, state, task};
use crate::world::by_token;

refusals! {
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
    a_token_that_is_not_handed_out: state(by_token(json!({ "Arguments": { "FunctionName": "f" }, "End": true }))) => ["$.States.A.Arguments": "token is not handed out"];
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
}
