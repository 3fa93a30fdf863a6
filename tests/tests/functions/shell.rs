//! The shell around every step, by a function that does what it is told.

use std::time::Duration;

use domain::Failure;
use serde_json::{Value, json};
use tests::lambda::{Function, TIME_LIMIT};

/// A limit for what must not take long.
const SOON: Duration = Duration::from_millis(800);

async fn fallible() -> Function {
    fallible_with(&[]).await
}

async fn fallible_with(more: &[(&str, &str)]) -> Function {
    let environment = [&[("CUTOVER_TABLE", "ledger")], more].concat();
    Function::start(env!("CARGO_BIN_EXE_fallible"), &environment).await
}

/// The lines of the log, each of which is JSON.
fn lines(function: &Function) -> Vec<Value> {
    let read = |line: String| {
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"))
    };
    function.logs().into_iter().map(read).collect()
}

#[tokio::test]
async fn a_function_answers_one_event_after_the_other() {
    let function = fallible().await;

    for number in 0..3 {
        let answer = function.invoke(&json!({ "answer": { "number": number } })).await;
        assert_eq!(answer, Ok(json!({ "number": number })));
    }

    assert_eq!(function.invoke(&json!({ "tell": "table" })).await, Ok(json!("ledger")));
    let measured = function.measured();
    assert!(measured.ready < measured.answered, "{measured:?}");
    assert!(measured.peak_memory.is_some_and(|peak| peak > 1_000_000), "{measured:?}");
    assert_eq!(function.logs(), [""; 0], "what goes well is for the step to tell");
}

#[tokio::test]
async fn every_failure_is_answered_by_its_name_and_logged_once() {
    let function = fallible().await;
    let orders = ["refuse", "be_busy", "be_unavailable"];
    let levels = ["INFO", "WARN", "WARN", "ERROR"];

    for (order, name) in orders.into_iter().zip(Failure::NAMES) {
        let error = function.invoke(&json!({ order: "it rains" })).await.expect_err(order);
        assert_eq!((&*error.name, &*error.message), (name, "it rains"));
    }
    let error = function.invoke(&json!({ "tell": "jokes" })).await.expect_err("invalid");
    assert_eq!(error.name, "Invalid");

    let lines = lines(&function);
    assert_eq!(lines.len(), 4, "{lines:#?}");
    for ((line, name), level) in lines.iter().zip(Failure::NAMES).zip(levels) {
        assert_eq!(line["failure"], name);
        assert_eq!(line["level"], level);
        assert_eq!(line["span"]["step"], "fallible");
        assert!(line["span"]["request_id"].is_string(), "{line}");
    }
    assert_eq!(lines[0]["message"], "it rains");
}

#[tokio::test]
async fn an_input_that_cannot_be_read_is_invalid_and_says_where() {
    let function = fallible().await;
    let deep = "[".repeat(100_000);

    for (event, says) in [
        (r#"{"refuse":7}"#, "at `refuse`: invalid type: integer `7`, expected a string"),
        (r#"{"dance":"tango"}"#, "unknown variant `dance`, expected one of"),
        ("null", "invalid type: null"),
        ("", "the input cannot be read: EOF while parsing"),
        ("coffee", "the input cannot be read: expected value"),
        (&deep, "the input cannot be read: recursion limit exceeded"),
    ] {
        let error = function.invoke_within(TIME_LIMIT, event).await.expect_err(says);
        assert_eq!(error.name, "Invalid", "{error}");
        assert!(error.message.contains(says), "{error}");
    }
    assert_eq!(function.invoke(&json!({ "answer": 1 })).await, Ok(json!(1)));
}

#[tokio::test]
async fn a_panic_is_an_error_and_the_process_lives() {
    let function = fallible().await;

    let error = function.invoke(&json!({ "panic": "no such index" })).await.expect_err("a panic");
    assert_eq!(
        (&*error.name, &*error.message),
        ("Lambda.Unknown", "the step panicked: no such index")
    );
    assert_eq!(function.invoke(&json!({ "answer": 1 })).await, Ok(json!(1)));

    let lines = lines(&function);
    assert_eq!(lines.len(), 1, "one line, and none of the standard library's: {lines:#?}");
    assert_eq!(lines[0]["message"], "panicked: no such index");
    assert!(lines[0]["place"].as_str().is_some_and(|at| at.contains("fallible.rs:")));
    assert_eq!(lines[0]["span"]["step"], "fallible");
}

#[tokio::test]
async fn a_million_characters_are_answered_and_not_logged() {
    let function = fallible().await;
    let text = "ä".repeat(1_000_000);

    assert_eq!(function.invoke(&json!({ "answer": text })).await, Ok(json!(text)));
    for order in ["refuse", "panic", "tell"] {
        let error = function.invoke(&json!({ order: text })).await.expect_err(order);
        assert!(error.message.len() < 5000, "{order}: {} bytes", error.message.len());
    }
    let long: Vec<_> = function.logs().into_iter().filter(|line| line.len() > 10_000).collect();
    assert_eq!(long, [""; 0]);
}

#[tokio::test]
async fn a_function_that_dies_is_started_again_for_the_next_event() {
    let function = fallible().await;

    let error = function.invoke(&json!({ "exit": 3 })).await.expect_err("it is gone");
    assert_eq!(error.name, "Runtime.ExitError");
    assert!(error.message.contains("exit status: 3"), "{error}");
    assert_eq!(function.invoke(&json!({ "answer": 1 })).await, Ok(json!(1)));

    let long = json!({ "sleep": 60 });
    let (error, ()) = tokio::join!(function.invoke(&long), async {
        tokio::time::sleep(SOON).await;
        function.kill();
    });
    assert_eq!(error.expect_err("it was killed").name, "Runtime.ExitError");

    let error = function.invoke_within(SOON, r#"{"sleep":60}"#).await.expect_err("too slow");
    assert_eq!(error.name, "Sandbox.Timedout");
    assert_eq!(function.invoke(&json!({ "answer": 2 })).await, Ok(json!(2)));
}

#[tokio::test]
async fn a_setting_that_is_missing_is_told_by_the_last_words() {
    for (environment, says) in [
        (&[][..], "CUTOVER_TABLE is not set: set it to the name of the DynamoDB table"),
        (&[("CUTOVER_TABLE", "")], "CUTOVER_TABLE is empty: set it to"),
    ] {
        let function = Function::start(env!("CARGO_BIN_EXE_fallible"), environment).await;

        let error = function.ready().await.expect_err("it cannot begin");
        assert_eq!(error.name, "Runtime.ExitError");
        let logs = function.logs();
        assert!(logs.iter().any(|line| line.contains(says)), "{logs:#?}");
    }
}

#[tokio::test]
async fn the_level_of_the_log_is_a_setting() {
    let quiet = fallible_with(&[("CUTOVER_LOG", "error")]).await;
    let slip = fallible_with(&[("CUTOVER_LOG", "loud")]).await;
    for function in [&quiet, &slip] {
        function.invoke(&json!({ "refuse": "it rains" })).await.expect_err("refused");
    }

    assert_eq!(quiet.logs(), [""; 0]);
    let lines = lines(&slip);
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert_eq!(lines[0]["message"], "CUTOVER_LOG is \"loud\", which is no level: logging at info");
}
