//! What a machine tells about itself.

use asl::{Integration, Pattern};
use serde_json::json;

use crate::world::{by_token, definition, invoke, machine, with};

#[test]
fn a_machine_tells_its_states_and_ways() {
    let task = with(
        invoke(json!({
            "Comment": "Makes a plan.",
            "Retry": [{ "ErrorEquals": ["Unavailable"] }],
            "Catch": [{ "ErrorEquals": ["Refused", "Busy"], "Next": "End" }],
            "Next": "Choose",
        })),
        json!({ "Arguments": { "FunctionName": "arn:plan", "Payload": "{% $states.input %}" } }),
    );
    let whole = with(
        definition(json!({
            "Plan": task,
            "Choose": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.x > 1 %}", "Next": "Fork" }], "Default": "End" },
            "Fork": { "Type": "Parallel", "Branches": [{ "StartAt": "In", "States": { "In": by_token(json!({ "End": true })) } }], "Next": "End" },
            "End": { "Type": "Succeed" },
        })),
        json!({ "Comment": "A story.", "TimeoutSeconds": 5 }),
    );

    let machine = machine(&whole);

    assert_eq!(
        (machine.comment(), machine.timeout_seconds(), machine.start_at()),
        (Some("A story."), Some(5), "Plan")
    );
    let states = machine.states();
    let names: Vec<_> =
        states.iter().map(|state| (state.name(), state.kind(), state.parent())).collect();
    assert_eq!(
        names,
        [
            ("Plan", "Task", None),
            ("Choose", "Choice", None),
            ("Fork", "Parallel", None),
            ("In", "Task", Some("Fork")),
            ("End", "Succeed", None),
        ]
    );
    let plan = states[0];
    assert_eq!(plan.comment(), Some("Makes a plan."));
    assert_eq!(plan.argument("FunctionName"), Some("arn:plan"));
    assert_eq!(plan.argument("Payload"), None);
    assert_eq!(plan.caught(), [["Refused", "Busy"]]);
    assert_eq!(plan.retried(), [["Unavailable"]]);
    assert_eq!(plan.resource(), Some((&Integration::LambdaInvoke, Pattern::RequestResponse)));
    assert_eq!(states[3].resource(), Some((&Integration::LambdaInvoke, Pattern::WaitForTaskToken)));

    let edges: Vec<_> = machine.edges();
    let edges: Vec<_> =
        edges.iter().map(|edge| (edge.from, edge.to, edge.label.as_str())).collect();
    assert_eq!(
        edges,
        [
            ("Plan", Some("Choose"), ""),
            ("Plan", Some("End"), "Refused, Busy"),
            ("Choose", Some("Fork"), "$states.input.x > 1"),
            ("Choose", Some("End"), "Default"),
            ("Fork", Some("End"), ""),
            ("In", None, ""),
            ("End", None, ""),
        ]
    );
}
