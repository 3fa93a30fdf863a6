//! The functions that Step Functions adds to JSONata.

use serde_json::{Value, json};

use crate::world::{failed, output, run};

fn pass(expression: &str) -> Value {
    json!({ "A": { "Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true } })
}

#[tokio::test]
async fn functions_of_step_functions_answer_as_documented() {
    for (expression, expected) in [
        ("$partition([1,2,3,4,5], 2)", json!([[1, 2], [3, 4], [5]])),
        ("$range(1, 9, 2)", json!([1, 3, 5, 7, 9])),
        ("$range(3, 1, -1)", json!([3, 2, 1])),
        ("$range(1, 0, 1)", json!([])),
        ("$hash('hello', 'MD5')", json!("5d41402abc4b2a76b9719d911017c592")),
        ("$hash('hello', 'SHA-1')", json!("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")),
        (
            "$hash('hello', 'SHA-256')",
            json!("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        ),
        ("$length($hash('hello', 'SHA-384'))", json!(96)),
        ("$length($hash('hello', 'SHA-512'))", json!(128)),
        ("$parse('{\"a\": [1, null]}')", json!({ "a": [1, null] })),
        ("$parse('[1]')[0]", json!(1)),
        ("$match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/).index", json!(0)),
        ("$random() >= 0 and $random() < 1", json!(true)),
        ("$random(7) = $random(7)", json!(true)),
        ("$random() = $random()", json!(false)),
        ("$now()", json!("2026-03-01T12:00:00.000Z")),
        ("$millis()", json!(1_772_366_400_000_i64)),
        ("$map(['a', 'b'], $uppercase)", json!(["A", "B"])),
    ] {
        assert_eq!(output(pass(expression), json!({})).await, expected, "{expression}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_evaluation_errors() {
    for expression in [
        "$partition([1], 0)",
        "$partition(1, 2)",
        "$range(1, 5, 0)",
        "$range(1, 5)",
        "$range(0, 9007199254740991, 1)",
        "$hash('a', 'MD4')",
        "$parse('{')",
        "$parse(5)",
        "1 + 'a'",
        "function($x) { $x }",
        "($f := function($n) { $f($n + 1) + 1 }; $f(0))",
    ] {
        let outcome = run(pass(expression), json!({}), &json!({})).await;
        assert_eq!(failed(outcome), "States.QueryEvaluationError", "{expression}");
    }
}

#[tokio::test(start_paused = true)]
async fn now_follows_the_clock_of_the_execution() {
    let states = json!({
        "A": { "Type": "Wait", "Seconds": 90, "Next": "B" },
        "B": { "Type": "Pass", "Output": "{% [$now(), $states.context.State.EnteredTime] %}", "End": true },
    });

    let later = "2026-03-01T12:01:30.000Z";
    assert_eq!(output(states, json!({})).await, json!([later, later]));
}
