//! The script behind `cutover execute --tasks`.

use asl::Tokens;
use asl::script::Script;
use serde_json::json;

use crate::world::{failed, invoke, run};

#[tokio::test]
async fn a_state_without_answers_is_named() {
    for (tasks, words) in [
        (json!({}), "no answers for the state 'A'"),
        (json!({ "A": [] }), "no more answers for the state 'A'"),
    ] {
        let outcome = run(json!({ "A": invoke(json!({ "End": true })) }), json!({}), &tasks).await;

        let cause = outcome.cause.clone().unwrap();
        assert!(cause.contains(words), "{cause}");
        assert_eq!(failed(outcome), asl::script::SCRIPT_ENDED);
    }
}

#[test]
fn every_mistake_in_a_script_is_reported() {
    let text = r#"{"A": [{"result": 1, "error": "E"}, {}, {"reslt": 1}, {"cause": "c", "result": null}], "B": 1, "C": [], "C": []}"#;

    let report = Script::read(text, Tokens::new()).unwrap_err();

    let paths: Vec<_> = report.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["$.C", "$.A[0]", "$.A[1]", "$.A[2]", "$.A[3]", "$.B"]);
    assert!(Script::read("[", Tokens::new()).is_err());
    assert!(Script::read("[]", Tokens::new()).is_err());
}

#[test]
fn states_that_the_machine_does_not_have_are_found() {
    let script = Script::read(r#"{"A": [], "Z": []}"#, Tokens::new()).unwrap();

    assert_eq!(script.strangers(&["A", "B"]), ["Z"]);
}
