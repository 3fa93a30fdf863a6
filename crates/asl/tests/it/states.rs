//! Each type of state by itself.

use serde_json::json;

use crate::world::{failed, invoke, launch, output, run, succeeded};

#[tokio::test]
async fn a_pass_state_hands_on_its_input_or_its_output() {
    let states = json!({ "A": { "Type": "Pass", "End": true } });
    assert_eq!(output(states, json!({ "x": 1 })).await, json!({ "x": 1 }));

    let states = json!({ "A": { "Type": "Pass", "Output": { "y": "{% $states.input.x + 1 %}" }, "End": true } });
    assert_eq!(output(states, json!({ "x": 1 })).await, json!({ "y": 2 }));
}

#[tokio::test]
async fn a_succeed_state_ends_with_its_output() {
    let states = json!({ "A": { "Type": "Succeed", "Output": "{% $states.input.x %}" } });

    assert_eq!(output(states, json!({ "x": [1] })).await, json!([1]));
}

#[tokio::test]
async fn a_fail_state_ends_with_its_error_and_cause() {
    let states = json!({
        "A": { "Type": "Fail", "Error": "Refused", "Cause": "{% 'no ' & $states.input.x %}" },
    });

    let outcome = run(states, json!({ "x": "way" }), &json!({})).await;

    assert_eq!(outcome.cause.as_deref(), Some("no way"));
    assert_eq!(failed(outcome), "Refused");
}

#[tokio::test]
async fn a_choice_takes_the_first_rule_that_holds_and_else_the_default() {
    let states = json!({
        "Choose": {
            "Type": "Choice",
            "Choices": [
                { "Condition": "{% $states.input.n > 10 %}", "Next": "Big" },
                { "Condition": "{% $states.input.n > 5 %}", "Next": "Middle", "Assign": { "seen": "rule" }, "Output": "of the rule" },
            ],
            "Default": "Small",
            "Assign": { "seen": "state" },
            "Output": "of the state",
        },
        "Big": { "Type": "Pass", "Output": "{% ['big', $seen, $states.input] %}", "End": true },
        "Middle": { "Type": "Pass", "Output": "{% ['middle', $seen, $states.input] %}", "End": true },
        "Small": { "Type": "Pass", "Output": "{% ['small', $seen, $states.input] %}", "End": true },
    });

    for (n, expected) in [
        (11, json!(["big", "state", "of the state"])),
        (6, json!(["middle", "rule", "of the rule"])),
        (1, json!(["small", "state", "of the state"])),
    ] {
        assert_eq!(output(states.clone(), json!({ "n": n })).await, expected, "{n}");
    }
}

#[tokio::test]
async fn a_choice_without_a_way_fails() {
    let states = |condition: &str| {
        json!({
            "Choose": { "Type": "Choice", "Choices": [{ "Condition": condition, "Next": "Done" }] },
            "Done": { "Type": "Succeed" },
        })
    };

    let none_holds = run(states("{% $states.input.n > 10 %}"), json!({ "n": 1 }), &json!({})).await;
    assert_eq!(failed(none_holds), "States.NoChoiceMatched");

    let not_a_boolean = run(states("{% $states.input.n %}"), json!({ "n": 1 }), &json!({})).await;
    assert_eq!(failed(not_a_boolean), "States.QueryEvaluationError");
}

#[tokio::test(start_paused = true)]
async fn a_wait_lasts_as_long_as_it_says() {
    for (wait, seconds) in [
        (json!({ "Seconds": 90 }), 90),
        (json!({ "Seconds": "{% $states.input.s * 2 %}" }), 14),
        (json!({ "Timestamp": "2026-03-01T12:01:00Z" }), 60),
        (json!({ "Timestamp": "{% $states.input.until %}" }), 3600),
        (json!({ "Timestamp": "2020-01-01T00:00:00Z" }), 0),
        (json!({ "Seconds": 0 }), 0),
    ] {
        let mut state = json!({ "Type": "Wait", "End": true });
        state.as_object_mut().unwrap().extend(wait.as_object().unwrap().clone());
        let began = tokio::time::Instant::now();

        let input = json!({ "s": 7, "until": "2026-03-01T14:00:00+01:00" });
        let result = output(json!({ "A": state }), input.clone()).await;

        assert_eq!(result, input);
        assert_eq!(began.elapsed().as_secs(), seconds, "{wait}");
    }
}

#[tokio::test]
async fn a_wait_for_nonsense_is_an_evaluation_error() {
    for wait in [
        json!({ "Seconds": "{% 'soon' %}" }),
        json!({ "Seconds": "{% -1 %}" }),
        json!({ "Seconds": "{% 1.5 %}" }),
        json!({ "Timestamp": "{% 'soon' %}" }),
        json!({ "Timestamp": "{% 5 %}" }),
    ] {
        let mut state = json!({ "Type": "Wait", "End": true });
        state.as_object_mut().unwrap().extend(wait.as_object().unwrap().clone());

        let outcome = run(json!({ "A": state }), json!({}), &json!({})).await;

        assert_eq!(failed(outcome), "States.QueryEvaluationError", "{wait}");
    }
}

#[tokio::test]
async fn a_task_hands_its_result_to_assign_and_output() {
    let states = json!({
        "Plan": invoke(json!({ "Assign": { "plan": "{% $states.result.Payload %}" }, "Output": "{% $states.result.StatusCode %}", "Next": "Tell" })),
        "Tell": { "Type": "Pass", "Output": { "plan": "{% $plan %}", "status": "{% $states.input %}" }, "End": true },
    });
    let tasks = json!({ "Plan": [{ "result": { "Payload": { "steps": 2 }, "StatusCode": 200 } }] });

    let (execution, _) = launch(states, json!({}), &tasks);

    assert_eq!(succeeded(execution.wait().await), json!({ "plan": { "steps": 2 }, "status": 200 }));
    assert_eq!(execution.path(), ["Plan", "Tell"]);
    assert_eq!(execution.transitions(), 2);
}

#[tokio::test]
async fn the_result_of_a_task_without_output_is_its_output() {
    let states = json!({ "A": invoke(json!({ "End": true })) });

    let outcome = run(states, json!({}), &json!({ "A": [{ "result": { "Payload": 1 } }] })).await;

    assert_eq!(succeeded(outcome), json!({ "Payload": 1 }));
}
