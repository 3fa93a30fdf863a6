//! What each function answers where there is nothing, and under which names it fails.

use serde_json::{Value, json};
use tests::emf::{self, Extracted};
use tests::lambda::FunctionError;

use super::account::{Account, Instead, error};
use super::inputs::{TOKEN, input, start};

/// What a function answers in an account, with what it asked there.
async fn answer(account: &Account, verb: &str, event: &Value) -> Result<Value, FunctionError> {
    start(verb, account.url()).await.invoke(event).await
}

#[tokio::test]
async fn a_push_that_no_service_follows_starts_nothing() {
    let account = Account::open().await;

    let answer = answer(&account, "resolve", &input("resolve")).await;

    assert_eq!(answer, Ok(json!({ "waves": [], "left_out": [] })));
    let asked = account.asked("ssm:GetParametersByPath");
    assert_eq!(asked[0]["Path"], "/cutover/services");
}

#[tokio::test]
async fn the_lease_is_granted_by_the_token() {
    let account = Account::open().await;

    let answer = answer(&account, "claim", &input("claim")).await;

    assert_eq!(answer, Ok(Value::Null));
    assert_eq!(account.asked("dynamodb:UpdateItem")[0]["TableName"], "cutover-ledger");
    let told = &account.asked("states:SendTaskSuccess")[0];
    assert_eq!(told["taskToken"], TOKEN);
    let told: Value = serde_json::from_str(told["output"].as_str().expect("a text")).expect("JSON");
    let lease = &told["lease"];
    assert_eq!((&lease["holder"], &lease["token"]), (&json!("checkout-1"), &json!(1)));
    assert_eq!(told["waits"], false);
}

#[tokio::test]
async fn where_nothing_was_begun_there_is_nothing_to_watch_or_take_back() {
    let account = Account::open().await;

    assert_eq!(answer(&account, "watch", &input("watch")).await, Ok(Value::Null));
    assert_eq!(account.asked("states:SendTaskSuccess")[0]["taskToken"], TOKEN);
    let restored = answer(&account, "restore", &input("restore")).await.expect("an answer");
    assert_eq!(restored["rollout"], Value::Null);
    let judge = json!({ "plan": input("judge")["plan"], "rollout": null });
    let verdict = answer(&account, "judge", &judge).await.expect("an answer");
    assert_eq!(verdict["decision"], "conclude");
}

#[tokio::test]
async fn a_deployment_that_was_refused_is_concluded_and_told() {
    let account = Account::open().await;

    let outcome = answer(&account, "conclude", &input("conclude")).await.expect("an outcome");

    assert_eq!(outcome["end"], "Refused");
    assert_eq!(account.asked("dynamodb:PutItem").len(), 1, "it is recorded");
    let entry = &account.asked("events:PutEvents")[0]["Entries"][0];
    assert_eq!(entry["DetailType"], "Deployment Ended");
    let detail: Value =
        serde_json::from_str(entry["Detail"].as_str().expect("a text")).expect("JSON");
    assert_eq!(detail, outcome);
}

#[tokio::test]
async fn what_is_measured_of_a_deployment_is_logged_for_cloudwatch_once_it_is_recorded() {
    let account = Account::open().await;
    let function = start("conclude", account.url()).await;
    function.invoke(&input("conclude")).await.expect("an outcome");
    let logs = function.logs();
    let measured = emf::extracted(logs.iter().map(String::as_str));
    let refused = "Deployments Service=checkout Cause=manual End=Refused".to_owned();
    assert_eq!(measured, Extracted::from([(refused, 1.0)]), "{logs:#?}");

    let account = Account::open().await;
    account.answer(|call| {
        let code = "com.amazon.coral.availability#ThrottlingException";
        (call.action == "dynamodb:PutItem").then(|| (400, json!({ "__type": code })))
    });
    let function = start("conclude", account.url()).await;
    function.invoke(&input("conclude")).await.expect_err("it cannot be recorded");
    let logs = function.logs();
    assert_eq!(emf::extracted(logs.iter().map(String::as_str)), Extracted::new(), "{logs:#?}");
}

#[tokio::test]
async fn an_execution_that_left_nothing_behind_is_observed() {
    let account = Account::open().await;

    let left = answer(&account, "observe", &input("observe")).await.expect("an answer");

    assert_eq!((&left["deployment"], &left["in_flight"]), (&json!("checkout-1"), &json!(false)));
    assert_eq!(left["failure"]["Cause"], "its execution was stopped");
}

/// Somebody else is always quicker.
fn contended(call: &super::account::Call) -> Option<(u16, Value)> {
    match call.action.as_str() {
        "dynamodb:UpdateItem" | "dynamodb:PutItem" => {
            Some(error("ConditionalCheckFailedException", "The conditional request failed"))
        }
        _ => None,
    }
}

/// The table is asked for more than it may be.
fn throttled(call: &super::account::Call) -> Option<(u16, Value)> {
    call.action.starts_with("dynamodb:").then(|| error("ThrottlingException", "slow down"))
}

#[tokio::test]
async fn failures_come_under_the_names_that_the_machines_know() {
    let empty: Instead = |_| None;
    let late = {
        let mut claim = input("claim");
        claim["plan"]["at"] = json!("2020-01-01T00:00:00Z");
        claim
    };
    let undecided = json!({ "deployment": "checkout-1", "request": { "service": "checkout" } });
    for (verb, event, account, name, says) in [
        ("plan", input("plan"), empty, "Refused", "there is no service checkout under Cutover"),
        ("plan", undecided, empty, "Refused", "there is no service checkout under Cutover"),
        ("plan", input("plan"), contended, "Busy", "is written to all the time"),
        ("claim", late, empty, "Refused", "it waited 24h for its turn"),
        ("claim", input("claim"), contended, "Busy", "the desk of checkout is written to all"),
        ("check", input("check"), empty, "Refused", "ECS has no service shop/checkout (MISSING)"),
        ("launch", input("launch"), empty, "Busy", "checkout-1 lost the lease of checkout"),
        ("judge", input("judge"), empty, "Refused", "ECS has no service deployment"),
        ("proceed", input("proceed"), empty, "Busy", "checkout-1 lost the lease of checkout"),
        ("conclude", input("conclude"), contended, "Busy", "is written to all the time"),
        ("resume", input("resume"), throttled, "Unavailable", "ThrottlingException: slow down"),
        ("observe", input("observe"), throttled, "Unavailable", "ThrottlingException"),
        ("resolve", json!({ "image": "A" }), empty, "Invalid", "at `image`: "),
    ] {
        let books = Account::open().await;
        books.answer(account);

        let error = answer(&books, verb, &event).await.expect_err(verb);

        assert_eq!(error.name, name, "{verb}: {error}");
        assert!(error.message.contains(says), "{verb}: {error}");
    }
}
