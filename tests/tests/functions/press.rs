//! The function behind the URL that Slack asks when somebody presses a button or gives a command.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use slack::inbound::signature::sign;
use tests::lambda::Function;

use super::account::Account;
use super::inputs::{SECRET_ID, WEBHOOK_SECRETS, start};

const STATUS: &[u8] = b"command=%2Fcutover&user_id=U024BE7LH&text=status";

/// A request of Slack, as it arrives at a function's URL, signed at a moment.
fn request(body: &[u8], secret: &str, at: Timestamp) -> Value {
    let headers: std::collections::BTreeMap<_, _> = sign(secret, at, body).into_iter().collect();
    json!({
        "version": "2.0",
        "rawPath": "/",
        "headers": headers,
        "requestContext": { "http": { "method": "POST", "path": "/" } },
        "body": BASE64.encode(body),
        "isBase64Encoded": true,
    })
}

/// The same, signed just now.
fn signed(body: &[u8]) -> Value {
    request(body, WEBHOOK_SECRETS[0], Timestamp::now())
}

/// A press of the button *Roll back* by somebody, who is answered at an address.
fn pressed(answer_at: &str) -> Vec<u8> {
    let value = json!({ "deployment": "checkout-1", "service": "checkout" }).to_string();
    let payload = json!({
        "type": "block_actions",
        "user": { "id": "U024BE7LH" },
        "response_url": answer_at,
        "actions": [{ "action_id": "roll_back", "value": value }]
    });
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string()).finish().into_bytes()
}

async fn deliver(function: &Function, request: &Value) -> (u64, Value) {
    let answer = function.invoke(request).await.expect("a function with a URL always answers");
    let body = answer["body"].as_str().expect("the body is text");
    (answer["statusCode"].as_u64().expect("a status"), serde_json::from_str(body).expect("JSON"))
}

async fn door() -> (Account, Function) {
    let account = Account::open().await;
    account.keep(SECRET_ID, &WEBHOOK_SECRETS);
    let function = start("press", account.url()).await;
    (account, function)
}

#[tokio::test]
async fn who_gives_a_command_sees_the_answer_and_nobody_else_does() {
    let (_account, function) = door().await;
    let mut text = signed(STATUS);
    text["body"] = json!(String::from_utf8_lossy(STATUS));
    text["isBase64Encoded"] = json!(false);
    let previous = request(STATUS, WEBHOOK_SECRETS[1], Timestamp::now());

    for asked in [signed(STATUS), text, previous] {
        let (status, body) = deliver(&function, &asked).await;
        assert_eq!((status, &body["response_type"]), (200, &json!("ephemeral")), "{body}");
        assert_eq!(body["text"], "no service is under Cutover yet");
    }
    let unknown = b"command=%2Fcutover&user_id=U024BE7LH&text=rollback+checkout";
    let (status, body) = deliver(&function, &signed(unknown)).await;
    assert_eq!(status, 200);
    let text = body["text"].as_str().expect("a text");
    assert!(text.starts_with("there is no service checkout under Cutover"), "{text}");
    let nonsense = b"command=%2Fcutover&user_id=U024BE7LH&text=explode";
    let (status, body) = deliver(&function, &signed(nonsense)).await;
    assert_eq!(status, 200);
    assert!(body["text"].as_str().is_some_and(|text| text.contains("/cutover status")), "{body}");
}

#[tokio::test]
async fn aws_that_fails_is_told_to_who_asked() {
    let (account, function) = door().await;
    account.answer(|call| {
        let later = json!({ "__type": "ServiceUnavailable", "message": "later" });
        (call.action != "secretsmanager:GetSecretValue").then_some((503, later))
    });

    let (status, body) = deliver(&function, &signed(STATUS)).await;

    assert_eq!((status, &body["response_type"]), (200, &json!("ephemeral")), "{body}");
    let text = body["text"].as_str().expect("a text");
    assert!(text.starts_with("this came to no end, so look before you try again"), "{text}");
}

#[tokio::test]
async fn who_pressed_is_answered_at_slack_and_nowhere_else() {
    let (account, function) = door().await;
    let elsewhere = Account::open().await;

    let (status, body) = deliver(&function, &signed(&pressed(elsewhere.url()))).await;

    assert_eq!((status, body), (200, json!({})));
    assert_eq!(account.asked("ssm:GetParameter").len(), 1, "it was heard");
    assert_eq!(elsewhere.calls().len(), 0);
    let logs = function.logs().join("\n");
    assert!(logs.contains("the address for it is not Slack's"), "{logs}");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_and_the_door_stays_open() {
    let (account, function) = door().await;
    let mut got = signed(STATUS);
    got["requestContext"]["http"]["method"] = json!("GET");
    let mut naked = signed(STATUS);
    naked["headers"] = json!({});
    let mut broken = signed(STATUS);
    broken["body"] = json!("no base64");
    let mut changed = signed(STATUS);
    changed["body"] = json!(BASE64.encode(b"command=%2Fcutover&user_id=U1&text=status"));
    let forged = request(STATUS, "a guess", Timestamp::now());
    let minutes = |minutes| Timestamp::now() + SignedDuration::from_mins(minutes);
    let million = b"a".repeat(1_000_000);

    for (asked, status, error) in [
        (got, 405, "MethodNotAllowed"),
        (naked, 401, "Unauthorized"),
        (broken, 400, "Invalid"),
        (changed, 401, "Unauthorized"),
        (forged, 401, "Unauthorized"),
        (request(STATUS, WEBHOOK_SECRETS[0], minutes(-6)), 401, "Unauthorized"),
        (request(STATUS, WEBHOOK_SECRETS[0], minutes(6)), 401, "Unauthorized"),
        (signed(&million), 413, "TooLarge"),
        (signed(&[0xff, 0xfe, 0x00]), 400, "Invalid"),
        (signed(b""), 400, "Invalid"),
        (signed(b"payload=%7B%22type%22%3A%22block_actions%22%7D"), 400, "Invalid"),
        (signed(b"command=%2Fcutover&user_id=%3C%40U1%3E&text=status"), 400, "Invalid"),
    ] {
        let (answered, body) = deliver(&function, &asked).await;
        assert_eq!((answered, &body["error"]), (status, &json!(error)), "{body}");
    }
    let asked = account.actions();
    assert!(asked.iter().all(|action| action == "secretsmanager:GetSecretValue"), "{asked:?}");
    assert_eq!(deliver(&function, &signed(STATUS)).await.0, 200);
}

#[tokio::test]
async fn without_its_secret_nobody_is_heard() {
    let account = Account::open().await;
    let function = start("press", account.url()).await;

    let (status, body) = deliver(&function, &signed(STATUS)).await;

    assert_eq!((status, &body["error"]), (503, &json!("Unavailable")), "{body}");
}
