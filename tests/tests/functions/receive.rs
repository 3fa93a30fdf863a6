//! The function behind the webhook's URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use github::signature::sign;
use serde_json::{Value, json};
use tests::lambda::Function;

use super::account::Account;
use super::inputs::{SECRET_ID, WEBHOOK_SECRETS, start};

const PING: &str = include_str!("../../../events/samples/github/ping.json");
const PUSH: &str = include_str!("../../../events/samples/github/push.json");
const PACKAGE: &str = include_str!("../../../events/samples/github/package-published.json");

/// A delivery of GitHub, as it arrives at a function's URL.
fn delivery(event: &str, body: &str, secret: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "headers": {
            "content-type": "application/json",
            "user-agent": "GitHub-Hookshot/044aadd",
            "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "x-github-event": event,
            "x-hub-signature-256": sign(secret, body.as_bytes()),
        },
        "requestContext": {
            "domainName": "abc.lambda-url.eu-central-1.on.aws",
            "http": { "method": "POST", "path": "/", "protocol": "HTTP/1.1" },
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// Delivers, and tells status and body of the answer.
async fn deliver(function: &Function, delivery: &Value) -> (u64, Value) {
    let answer = function.invoke(delivery).await.expect("a function with a URL always answers");
    assert_eq!(answer["headers"]["content-type"], "application/json");
    let body = answer["body"].as_str().expect("the body is text");
    (
        answer["statusCode"].as_u64().expect("a status"),
        serde_json::from_str(body).expect("the text is JSON"),
    )
}

async fn door() -> (Account, Function) {
    let account = Account::open().await;
    account.keep(SECRET_ID, &WEBHOOK_SECRETS);
    let function = start("receive", account.url()).await;
    (account, function)
}

#[tokio::test]
async fn a_push_is_put_on_the_bus() {
    let (account, function) = door().await;

    let (status, body) =
        deliver(&function, &delivery("package", PACKAGE, WEBHOOK_SECRETS[0])).await;

    assert_eq!(status, 202, "{body}");
    let put = account.asked("events:PutEvents");
    assert_eq!(put.len(), 1);
    let entry = &put[0]["Entries"][0];
    assert_eq!(entry["EventBusName"], "cutover-bus");
    assert_eq!(
        (&entry["Source"], &entry["DetailType"]),
        (&json!("cutover"), &json!("Image Pushed"))
    );
    let detail: Value =
        serde_json::from_str(entry["Detail"].as_str().expect("a text")).expect("JSON");
    for field in ["image", "tag", "digest"] {
        assert_eq!(detail[field], body["accepted"][field], "{field}");
    }
    assert_eq!(detail["delivery"], "72d3162e-cc78-11e3-81ab-4c9367dc0958");
}

#[tokio::test]
async fn the_form_of_a_delivery_makes_no_difference() {
    let (account, function) = door().await;
    let plain = delivery("package", PACKAGE, WEBHOOK_SECRETS[0]);

    let mut encoded = plain.clone();
    encoded["body"] = json!(BASE64.encode(PACKAGE));
    encoded["isBase64Encoded"] = json!(true);
    let mut shouted = plain.clone();
    shouted["headers"] = plain["headers"]
        .as_object()
        .expect("headers")
        .iter()
        .map(|(name, value)| (name.to_uppercase(), value.clone()))
        .collect();
    let previous = delivery("package", PACKAGE, WEBHOOK_SECRETS[1]);

    for delivery in [plain, encoded, shouted, previous] {
        let (status, body) = deliver(&function, &delivery).await;
        assert_eq!(status, 202, "{body}");
    }
    assert_eq!(account.asked("events:PutEvents").len(), 4);
}

#[tokio::test]
async fn what_is_not_for_us_is_told_so() {
    let (account, function) = door().await;

    assert_eq!(deliver(&function, &delivery("ping", PING, WEBHOOK_SECRETS[0])).await.0, 200);
    let (status, body) = deliver(&function, &delivery("push", PUSH, WEBHOOK_SECRETS[0])).await;
    assert_eq!(status, 202);
    assert_eq!(body["ignored"], "the event push tells of no image");

    assert_eq!(account.asked("events:PutEvents").len(), 0);
}

#[tokio::test]
async fn what_is_wrong_with_a_delivery_is_told_and_the_door_stays_open() {
    let (account, function) = door().await;
    let good = delivery("package", PACKAGE, WEBHOOK_SECRETS[0]);
    let changed = |change: fn(&mut Value)| {
        let mut delivery = good.clone();
        change(&mut delivery);
        delivery
    };
    let large = "x".repeat(6 * 1024 * 1024 + 1);
    let bytes = {
        let mut delivery = good.clone();
        delivery["body"] = json!(BASE64.encode([0xff, 0xfe, 0]));
        delivery["isBase64Encoded"] = json!(true);
        let signature = {
            // Signed by who knows the secret, so it is the body that cannot be read.
            let mut hexadecimal = String::new();
            hexadecimal.push_str(&sign_bytes(&[0xff, 0xfe, 0]));
            hexadecimal
        };
        delivery["headers"]["x-hub-signature-256"] = json!(signature);
        delivery
    };

    for (delivery, status, name, says) in [
        (
            delivery("package", PACKAGE, "a guess"),
            401,
            "Unauthorized",
            "does not fit the body: compare the secret on both sides",
        ),
        (
            changed(|it| it["headers"]["x-hub-signature-256"] = json!("sha256=nonsense")),
            401,
            "Unauthorized",
            "does not fit the body",
        ),
        (
            changed(|it| it["headers"] = json!({ "x-github-event": "package" })),
            401,
            "Unauthorized",
            "X-Hub-Signature-256 is missing",
        ),
        (
            changed(|it| {
                it["body"] = json!("not *base64*");
                it["isBase64Encoded"] = json!(true);
            }),
            400,
            "Invalid",
            "the body is not base64",
        ),
        (bytes, 400, "Invalid", "body: expected value at line 1 column 1"),
        (
            self::delivery("package", r#"{"action":7}"#, WEBHOOK_SECRETS[0]),
            400,
            "Invalid",
            "action: invalid type: integer `7`",
        ),
        (
            changed(|it| {
                it["headers"]["content-type"] = json!("application/x-www-form-urlencoded");
            }),
            415,
            "Invalid",
            "choose the content type application/json",
        ),
        (
            changed(|it| it["requestContext"]["http"]["method"] = json!("GET")),
            405,
            "MethodNotAllowed",
            "by POST",
        ),
        (
            self::delivery("package", &large, WEBHOOK_SECRETS[0]),
            413,
            "TooLarge",
            "the body has 6291457 bytes, and at most 6291456 are read",
        ),
    ] {
        let (answered, body) = deliver(&function, &delivery).await;
        assert_eq!((answered, &body["error"]), (status, &json!(name)), "{body}");
        assert!(body["message"].as_str().is_some_and(|it| it.contains(says)), "{body}");
    }
    assert_eq!(account.asked("events:PutEvents").len(), 0);
    assert_eq!(deliver(&function, &good).await.0, 202);
}

/// The signature of bytes that are no text.
fn sign_bytes(bytes: &[u8]) -> String {
    sign(WEBHOOK_SECRETS[0], bytes)
}

#[tokio::test]
async fn a_bus_that_does_not_take_it_makes_github_show_a_failure() {
    let (account, function) = door().await;
    account.answer(|call| match call.action.as_str() {
        "events:PutEvents" => {
            Some((500, json!({ "__type": "InternalException", "message": "no" })))
        }
        _ => None,
    });

    let (status, body) =
        deliver(&function, &delivery("package", PACKAGE, WEBHOOK_SECRETS[0])).await;

    assert_eq!((status, &body["error"]), (503, &json!("Unavailable")), "{body}");
    assert!(function.logs().iter().any(|line| line.contains("lost a delivery")));
}

#[tokio::test]
async fn a_secret_that_was_rotated_is_found_without_a_restart() {
    let (account, function) = door().await;
    let fetched = || account.asked("secretsmanager:GetSecretValue").len();
    deliver(&function, &delivery("ping", PING, WEBHOOK_SECRETS[0])).await;
    let before = fetched();

    account.keep(SECRET_ID, &["hush-rotated", WEBHOOK_SECRETS[0]]);
    for secret in ["hush-rotated", WEBHOOK_SECRETS[0]] {
        let (status, body) = deliver(&function, &delivery("ping", PING, secret)).await;
        assert_eq!(status, 200, "{body}");
    }
    assert_eq!(fetched(), before + 2, "both values, once");

    for _ in 0..3 {
        assert_eq!(deliver(&function, &delivery("ping", PING, "a guess")).await.0, 401);
    }
    assert_eq!(fetched(), before + 2, "a forger cannot make it ask all the time");
}

#[tokio::test]
async fn without_a_secret_no_delivery_can_be_trusted() {
    let account = Account::open().await;
    let function = start("receive", account.url()).await;

    let (status, body) = deliver(&function, &delivery("ping", PING, "")).await;
    assert_eq!((status, &body["error"]), (503, &json!("Unavailable")), "{body}");
    assert!(body["message"].as_str().is_some_and(|it| it.contains(SECRET_ID)), "{body}");

    account.keep(SECRET_ID, &WEBHOOK_SECRETS[..1]);
    assert_eq!(deliver(&function, &delivery("ping", PING, WEBHOOK_SECRETS[0])).await.0, 200);
}

const APPLIED: &str = include_str!("../../../events/samples/hcp/run-applied.json");
const VERIFICATION: &str = include_str!("../../../events/samples/hcp/verification.json");
const PLANNED: &str = include_str!("../../../events/samples/hcp/run-planned-and-finished.json");

/// A notification of HCP Terraform, as it arrives at the same URL.
fn notification(body: &str, secret: &str) -> Value {
    json!({
        "version": "2.0",
        "rawPath": "/terraform",
        "headers": {
            "content-type": "application/json",
            "x-tfe-notification-signature": hcp::signature::sign(secret, body.as_bytes()),
        },
        "requestContext": { "http": { "method": "POST", "path": "/terraform" } },
        "body": body,
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn a_run_of_hcp_terraform_is_put_on_the_bus_and_its_verification_is_answered_alone() {
    let (account, function) = door().await;

    let (status, body) = deliver(&function, &notification(VERIFICATION, WEBHOOK_SECRETS[0])).await;
    assert_eq!((status, &body), (200, &json!({ "verified": true })));
    let (status, body) = deliver(&function, &notification(PLANNED, WEBHOOK_SECRETS[0])).await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(account.asked("events:PutEvents").len(), 0, "{body}");

    for secret in WEBHOOK_SECRETS {
        let (status, body) = deliver(&function, &notification(APPLIED, secret)).await;
        assert_eq!((status, &body["accepted"]["status"]), (202, &json!("applied")), "{body}");
    }
    let put = account.asked("events:PutEvents");
    assert_eq!(put.len(), 2, "one call for each notification");
    let entry = &put[0]["Entries"][0];
    assert_eq!(entry["DetailType"], "Terraform Run Told");
    let detail: Value =
        serde_json::from_str(entry["Detail"].as_str().expect("a text")).expect("JSON");
    assert_eq!(detail["workspace"], "shop-production");
}

#[tokio::test]
async fn what_is_wrong_with_a_notification_is_told_and_the_door_stays_open() {
    let (account, function) = door().await;
    let secret = WEBHOOK_SECRETS[0];
    let mut got = notification(APPLIED, secret);
    got["requestContext"]["http"]["method"] = json!("GET");
    let mut naked = notification(APPLIED, secret);
    naked["headers"] = json!({});
    let mut of_github = notification(APPLIED, secret);
    of_github["headers"] = json!({ "x-hub-signature-256": sign(secret, APPLIED.as_bytes()) });
    let nameless = APPLIED.replace("\"shop-production\"", "null");

    for (delivery, status, says) in [
        (got, 405, "taken here, by POST"),
        (naked, 401, "X-TFE-Notification-Signature is missing"),
        (of_github, 401, "X-TFE-Notification-Signature is missing"),
        (notification(APPLIED, "a guess"), 401, "does not fit the body"),
        (notification(&nameless, secret), 400, "workspace_name: is missing"),
        (notification("<html>", secret), 400, "body: expected value"),
    ] {
        let (answered, body) = deliver(&function, &delivery).await;
        assert_eq!(answered, status, "{body}");
        assert!(body["message"].as_str().is_some_and(|it| it.contains(says)), "{body}");
    }
    assert_eq!(account.asked("events:PutEvents").len(), 0);
    assert_eq!(deliver(&function, &notification(APPLIED, secret)).await.0, 202);
}
