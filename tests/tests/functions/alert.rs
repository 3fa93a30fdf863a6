//! The function behind the URL that Alertmanager tells.

use serde_json::{Value, json};
use tests::lambda::Function;

use super::account::Account;
use super::inputs::{ALERT_TOPIC, SECRET_ID, WEBHOOK_SECRETS, start};

const FIRING: &str = include_str!("../../../events/samples/alertmanager/firing.json");

/// A delivery of Alertmanager, as it arrives at a function's URL.
fn delivery(body: &str, token: &str) -> Value {
    json!({
        "version": "2.0",
        "rawPath": "/",
        "headers": {
            "content-type": "application/json",
            "user-agent": "Alertmanager/0.25.0",
            "authorization": format!("Bearer {token}"),
        },
        "requestContext": { "http": { "method": "POST", "path": "/" } },
        "body": body,
        "isBase64Encoded": false,
    })
}

async fn deliver(function: &Function, delivery: &Value) -> (u64, Value) {
    let answer = function.invoke(delivery).await.expect("a function with a URL always answers");
    let body = answer["body"].as_str().expect("the body is text");
    (answer["statusCode"].as_u64().expect("a status"), serde_json::from_str(body).expect("JSON"))
}

#[tokio::test]
async fn what_fires_and_what_is_over_are_put_on_the_bus_apart() {
    let account = Account::open().await;
    account.keep(SECRET_ID, &WEBHOOK_SECRETS);
    let function = start("alert", account.url()).await;

    for token in WEBHOOK_SECRETS {
        let (status, body) = deliver(&function, &delivery(FIRING, token)).await;
        assert_eq!((status, &body["heard"]), (202, &json!(2)), "{body}");
    }

    let put = account.asked("events:PutEvents");
    assert_eq!(put.len(), 2, "one call for each delivery");
    let entries = put[0]["Entries"].as_array().expect("entries");
    let types: Vec<_> = entries.iter().map(|entry| &entry["DetailType"]).collect();
    assert_eq!(types, ["Alert Firing", "Alert Resolved"]);
    let detail = entries[1]["Detail"].as_str().expect("a text");
    assert!(detail.contains("2026-05-04T09:24:10.412Z"), "{detail}");
}

#[tokio::test]
async fn what_is_wrong_with_a_delivery_is_told_and_the_door_stays_open() {
    let account = Account::open().await;
    account.keep(SECRET_ID, &WEBHOOK_SECRETS);
    let function = start("alert", account.url()).await;
    let mut got = delivery(FIRING, WEBHOOK_SECRETS[0]);
    got["requestContext"]["http"]["method"] = json!("GET");
    let mut naked = delivery(FIRING, "");
    naked["headers"] = json!({});

    for (delivery, status, error) in [
        (got, 405, "MethodNotAllowed"),
        (naked, 401, "Unauthorized"),
        (delivery(FIRING, "a guess"), 401, "Unauthorized"),
        (delivery("{}", WEBHOOK_SECRETS[0]), 400, "Invalid"),
        (delivery("<html>", WEBHOOK_SECRETS[0]), 400, "Invalid"),
    ] {
        let (answered, body) = deliver(&function, &delivery).await;
        assert_eq!((answered, &body["error"]), (status, &json!(error)), "{body}");
    }
    assert_eq!(account.asked("events:PutEvents").len(), 0);
    assert_eq!(deliver(&function, &delivery(FIRING, WEBHOOK_SECRETS[0])).await.0, 202);
}

/// A message of SNS, as it arrives at a function's URL.
fn message_of_sns(topic: &str, certificate: &str) -> Value {
    let message = json!({
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": topic, "Message": FIRING, "Timestamp": "2026-05-04T09:22:41.204Z",
        "SignatureVersion": "2", "Signature": "c2lnbmVk", "SigningCertURL": certificate
    });
    let mut delivery = delivery(&message.to_string(), "");
    delivery["headers"] = json!({
        "content-type": "text/plain; charset=UTF-8",
        "x-amz-sns-message-type": "Notification",
    });
    delivery
}

#[tokio::test]
async fn who_says_that_it_is_sns_is_not_believed() {
    let account = Account::open().await;
    account.keep(SECRET_ID, &WEBHOOK_SECRETS);
    let function = start("alert", account.url()).await;

    for (topic, certificate, status, error) in [
        ("arn:aws:sns:eu-central-1:666666666666:firing", "https://sns.evil/", 403, "Foreign"),
        (ALERT_TOPIC, "https://sns.evil/certificate.pem", 400, "Invalid"),
        (ALERT_TOPIC, "http://sns.eu-central-1.amazonaws.com/certificate.pem", 400, "Invalid"),
    ] {
        let (answered, body) = deliver(&function, &message_of_sns(topic, certificate)).await;
        assert_eq!((answered, &body["error"]), (status, &json!(error)), "{body}");
    }
    assert_eq!(account.asked("events:PutEvents").len(), 0);
}
