//! What is true of every function.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::lambda::{Function, TIME_LIMIT};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::account::Account;
use super::inputs::{
    ACCOUNT_SECRETS, SECRET_ID, TOKEN, VERBS, WEBHOOK_SECRETS, field, input, start, start_at,
};

/// An address at which nobody answers.
async fn nowhere() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port on loopback");
    format!("http://{}", listener.local_addr().expect("a listener has an address"))
}

/// Runs `test` for every function, a few at a time: they are processes.
pub(crate) async fn for_every(test: impl AsyncFn(&'static str)) {
    for few in VERBS.chunks(4) {
        join_all(few.iter().map(|verb| test(verb))).await;
    }
}

/// `input` of a function with one field replaced.
fn with(verb: &str, place: &str, value: Value) -> Value {
    let mut input = input(verb);
    *input.pointer_mut(place).unwrap_or_else(|| panic!("{verb} has no {place}")) = value;
    input
}

#[tokio::test]
async fn it_asks_for_its_first_event_whether_or_not_aws_answers() {
    let nowhere = nowhere().await;
    for_every(async |verb| {
        let function = start(verb, &nowhere).await;
        let measured = function.ready().await.unwrap_or_else(|error| panic!("{verb}: {error}"));
        assert!(measured.ready.is_some(), "{verb}");
    })
    .await;
}

#[tokio::test]
async fn an_input_that_cannot_be_read_is_invalid_with_its_path() {
    let account = Account::open().await;
    for_every(async |verb| {
        let function = start(verb, account.url()).await;
        let (place, path) = field(verb);

        let error = function.invoke(&with(verb, place, json!(7))).await.expect_err(verb);
        assert_eq!(error.name, "Invalid", "{verb}: {error}");
        assert!(error.message.starts_with(&format!("at `{path}`: ")), "{verb}: {error}");
    })
    .await;
    let asked = account.actions();
    assert!(asked.iter().all(|action| action == "secretsmanager:GetSecretValue"), "{asked:?}");
}

#[tokio::test]
async fn an_input_of_any_other_shape_is_invalid() {
    let account = Account::open().await;
    let deep = "[".repeat(10_000);
    for_every(async |verb| {
        let function = start(verb, account.url()).await;
        for event in ["null", "7", "\"text\"", "[]", "{}", "[{}]", "", "coffee", &deep] {
            let error = function.invoke_within(TIME_LIMIT, event).await.expect_err(verb);
            assert_eq!(error.name, "Invalid", "{verb}: {event:.20}: {error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_million_characters_stay_out_of_errors_and_logs() {
    let account = Account::open().await;
    let long = "ä".repeat(1_000_000);
    for_every(async |verb| {
        let function = start(verb, account.url()).await;
        let (place, _) = field(verb);
        for event in [with(verb, place, json!(long)), json!({ &long: long }), json!([long])] {
            match function.invoke(&event).await {
                Err(error) => assert!(error.message.len() < 5000, "{verb}: {}", error.name),
                Ok(answer) => assert!(answer.to_string().len() < 5000, "{verb}"),
            }
        }
        let longest = function.logs().iter().map(String::len).max().unwrap_or_default();
        assert!(longest < 10_000, "{verb}: a line of {longest} bytes");
    })
    .await;
}

#[tokio::test]
async fn aws_that_does_not_answer_is_unavailable_in_bounded_time() {
    let nowhere = nowhere().await;
    for_every(async |verb| {
        let function = start(verb, &nowhere).await;
        function.ready().await.unwrap_or_else(|error| panic!("{verb}: {error}"));
        let begun = Instant::now();

        match function.invoke(&input(verb)).await {
            // GitHub is told by a status.
            Ok(answer) => {
                assert!(["receive", "alert", "press"].contains(&verb), "{verb}: {answer}");
                assert_eq!(answer["statusCode"], 503);
            }
            Err(error) => assert_eq!(error.name, "Unavailable", "{verb}: {error}"),
        }

        let took = begun.elapsed();
        assert!(took < Duration::from_secs(20), "{verb} took {took:?}");
    })
    .await;
}

#[tokio::test]
async fn aws_that_fails_is_unavailable() {
    let account = Account::open().await;
    account.answer(|_| Some((503, json!({ "__type": "ServiceUnavailable", "message": "later" }))));
    for_every(async |verb| {
        let function = start(verb, account.url()).await;
        match function.invoke(&input(verb)).await {
            Ok(answer) => {
                assert!(["receive", "alert", "press"].contains(&verb), "{verb}: {answer}");
                assert_eq!(answer["statusCode"], 503);
            }
            Err(error) => assert_eq!(error.name, "Unavailable", "{verb}: {error}"),
        }
    })
    .await;
}

#[tokio::test]
async fn aws_that_forbids_is_refused_in_its_own_words() {
    let account = Account::open().await;
    account.answer(|call| {
        let message = format!("User is not authorized to perform: {}", call.action);
        Some((400, json!({ "__type": "AccessDeniedException", "message": message })))
    });
    for_every(async |verb| {
        let function = start(verb, account.url()).await;
        match function.invoke(&input(verb)).await {
            Ok(answer) => {
                assert!(["receive", "alert", "press"].contains(&verb), "{verb}: {answer}");
                assert_eq!(answer["statusCode"], 503);
            }
            Err(error) => {
                assert_eq!(error.name, "Refused", "{verb}: {error}");
                assert!(error.message.contains("not authorized to perform"), "{verb}: {error}");
            }
        }
    })
    .await;
}

/// Every line that a function wrote, none of which tells a secret.
pub(crate) fn lines(verb: &str, function: &Function) -> Vec<Value> {
    let hidden = [&ACCOUNT_SECRETS[..], &WEBHOOK_SECRETS, &[TOKEN]].concat();
    let lines = function.logs();
    for line in &lines {
        let told = hidden.iter().find(|hidden| line.contains(**hidden));
        assert_eq!(told, None, "{verb} tells a secret: {line}");
    }
    let read = |line: &String| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{verb}: {line}: {error}"))
    };
    lines.iter().map(read).collect()
}

#[tokio::test]
async fn no_line_of_the_log_tells_a_secret() {
    let (account, nowhere) = (Account::open().await, nowhere().await);
    account.keep(SECRET_ID, &WEBHOOK_SECRETS);
    for_every(async |verb| {
        for url in [account.url(), &nowhere] {
            let function = start_at(verb, url, "trace").await;
            let (place, _) = field(verb);
            for event in [input(verb), with(verb, place, json!(7)), json!({ "token": TOKEN })] {
                // Whatever it answers, the log is what counts.
                let _ = function.invoke(&event).await;
            }

            let lines = lines(verb, &function);
            let called = lines.iter().any(|line| line["call"].is_string());
            assert!(called, "{verb} logs what it calls, at this level: {lines:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_line_says_what_it_is_about() {
    let account = Account::open().await;
    for_every(async |verb| {
        let function = start_at(verb, account.url(), "debug").await;
        let _ = function.invoke(&input(verb)).await;

        let lines = lines(verb, &function);
        let lines: Vec<_> = lines.iter().filter(|line| line["span"].is_object()).collect();
        assert!(!lines.is_empty(), "{verb} calls AWS, and logs it");
        for line in lines {
            assert_eq!(line["span"]["step"], verb, "{line}");
            assert!(line["span"]["request_id"].is_string(), "{line}");
            match verb {
                "receive" | "alert" | "press" | "resolve" | "heed" | "resume" | "approve"
                | "attribute" | "spare" | "quarantine" | "sweep" | "unwind" | "compare" => {}
                _ => assert_eq!(line["span"]["execution"], "checkout-1", "{line}"),
            }
        }
    })
    .await;
}
