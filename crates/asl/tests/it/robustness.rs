//! No text makes reading panic, and no definition that was read makes an execution panic.

use std::sync::Arc;

use asl::{Machine, Request, Resources, Status, TaskError, Tokens, start, substitute};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{begin, by_token, invoke};

/// A definition that has a bit of everything.
fn rich() -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Plan",
        "TimeoutSeconds": 100_000,
        "States": {
            "Plan": invoke(json!({
                "Arguments": { "FunctionName": "f", "Payload": { "a": ["{% $states.input.a %}", 1] } },
                "TimeoutSeconds": "{% 10 %}",
                "Assign": { "plan": "{% $states.result.Payload %}" },
                "Retry": [{ "ErrorEquals": ["E", "States.Timeout"], "IntervalSeconds": 2, "MaxDelaySeconds": 9, "JitterStrategy": "FULL" }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Assign": { "error": "{% $states.errorOutput %}" }, "Next": "Lost" }],
                "Next": "Watch",
            })),
            "Watch": by_token(json!({ "HeartbeatSeconds": 5, "TimeoutSeconds": 20, "Catch": [{ "ErrorEquals": ["States.Timeout"], "Next": "Choose" }], "Next": "Choose" })),
            "Choose": {
                "Type": "Choice",
                "Choices": [{ "Condition": "{% $plan.steps > 1 %}", "Assign": { "n": "{% $count($plan.list) %}" }, "Next": "Each" }],
                "Default": "Rest",
            },
            "Each": {
                "Type": "Map",
                "Items": "{% $plan.list %}",
                "ItemSelector": { "v": "{% $states.context.Map.Item.Value %}", "n": "{% $n %}" },
                "MaxConcurrency": 2,
                "ItemProcessor": { "StartAt": "One", "States": { "One": { "Type": "Pass", "Output": "{% $string($states.input.v) & $n %}", "End": true } } },
                "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"], "Next": "Rest" }],
                "Next": "Rest",
            },
            "Rest": { "Type": "Wait", "Seconds": 3, "Next": "Fork" },
            "Fork": {
                "Type": "Parallel",
                "Branches": [
                    { "StartAt": "Left", "States": { "Left": invoke(json!({ "End": true })) } },
                    { "StartAt": "Right", "States": { "Right": { "Type": "Wait", "Timestamp": "2026-03-01T12:00:30Z", "End": true } } },
                ],
                "Output": "{% $states.result[0] %}",
                "End": true,
            },
            "Lost": { "Type": "Fail", "Error": "{% $error.Error %}", "Cause": "lost" },
        },
    })
}

/// Answers with whatever comes next, and answers tokens half of the time.
struct Whim {
    answers: Vec<Value>,
    next: std::sync::atomic::AtomicUsize,
    tokens: Tokens,
}

impl Resources for Whim {
    async fn request(&self, request: Request) -> Result<Value, TaskError> {
        let next = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let answer = self.answers[next % self.answers.len()].clone();
        if let Some(token) = request.token
            && next.is_multiple_of(2)
        {
            self.tokens.succeed(&token, answer.clone()).expect("it waits");
        }
        match answer {
            Value::String(error) => Err(TaskError::new(error, "")),
            answer => Ok(json!({ "Payload": answer })),
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..100_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[A-Za-z.$%{} ]{0,8}".prop_map(Value::from),
        prop::sample::select(vec![
            "E",
            "States.Timeout",
            "States.Runtime",
            "Plan",
            "{% $plan %}",
            "{% $states.input %}",
            "{% 1/0 %}",
            "{% $n %}",
            "JSONata"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(
                prop::sample::select(vec!["steps", "list", "a", "Type", "Next", "End", "x y"]),
                inner,
                0..4
            )
            .prop_map(|map| Value::Object(
                map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

/// Every place in `value`, as a JSON pointer.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    if let Value::Object(map) = value {
        for (key, value) in map {
            places(value, &format!("{here}/{key}"), found);
        }
    } else if let Value::Array(items) = value {
        for (index, value) in items.iter().enumerate() {
            places(value, &format!("{here}/{index}"), found);
        }
    }
}

fn mutated(changes: &[(usize, Value, bool)]) -> Value {
    let mut definition = rich();
    for (place, value, remove) in changes {
        let mut found = Vec::new();
        places(&definition, "", &mut found);
        let place = &found[place % found.len()];
        match (remove, place.rsplit_once('/')) {
            (true, Some((parent, key))) => {
                if let Some(map) = definition.pointer_mut(parent).and_then(Value::as_object_mut) {
                    map.remove(key);
                }
            }
            _ => *definition.pointer_mut(place).expect("just found") = value.clone(),
        }
    }
    definition
}

/// Runs to the end on a paused clock.
fn execute(machine: Machine, input: Value, answers: Vec<Value>) -> Status {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let tokens = Tokens::named("here");
        let whim = Whim { answers, next: 0.into(), tokens: tokens.clone() };
        let execution = start(Arc::new(machine), begin(input), Arc::new(whim), tokens.clone());
        let outcome = execution.wait().await;
        assert_eq!(tokens.waiting(), 0);
        let internal = outcome.cause.as_deref() == Some("An internal error ended the execution.");
        assert!(!internal, "the interpreter panicked");
        assert!(serde_json::to_string(&execution.history()).is_ok());
        outcome.status
    })
}

struct Panics;

impl Resources for Panics {
    async fn request(&self, _: Request) -> Result<Value, TaskError> {
        panic!("on purpose")
    }
}

#[tokio::test]
async fn a_resource_that_panics_ends_the_execution() {
    let states = json!({ "A": invoke(json!({ "End": true })) });
    let machine = crate::world::machine(&crate::world::definition(states));

    let execution = start(machine, begin(json!({})), Arc::new(Panics), Tokens::new());

    let outcome = execution.wait().await;
    assert_eq!(
        (outcome.status, outcome.error.as_deref()),
        (Status::Failed, Some("States.Runtime"))
    );
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in ".{0,200}") {
        let _ = Machine::read(&text);
        let _ = substitute(&text, |_| None);
        let _ = asl::script::Script::read(&text, Tokens::new());
    }

    #[test]
    fn no_expression_makes_reading_panic(source in "[ -~]{0,40}|[$a-z(){}\\[\\].:=?%@#^|~/'\" 0-9]{0,40}") {
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": { "A": { "Type": "Pass", "Output": format!("{{% {source} %}}"), "End": true } } });
        if let Ok(machine) = Machine::read(&definition.to_string()) {
            execute(machine, json!({ "a": 1 }), vec![json!(1)]);
        }
    }

    #[test]
    fn a_cut_definition_does_not_make_reading_panic(from in 0_usize..4000, length in 0_usize..50) {
        let text = rich().to_string();
        let from = from % text.len();
        let end = (from + length).min(text.len());
        let _ = Machine::read(&format!("{}{}", &text[..from], &text[end..]));
    }

    #[test]
    fn a_mutated_definition_is_refused_or_runs_to_an_end(
        changes in prop::collection::vec((any::<usize>(), value(), any::<bool>()), 1..4),
        input in value(),
        answers in prop::collection::vec(value(), 1..5),
    ) {
        if let Ok(machine) = Machine::read(&mutated(&changes).to_string()) {
            execute(machine, input, answers);
        }
    }

    #[test]
    fn any_input_and_any_answers_lead_to_an_end(input in value(), answers in prop::collection::vec(value(), 1..6)) {
        let machine = Machine::read(&rich().to_string()).expect("it is right");
        prop_assert_ne!(execute(machine, input, answers), Status::Running);
    }
}
