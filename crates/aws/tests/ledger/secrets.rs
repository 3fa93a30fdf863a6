//! Secrets: the current one, the one before, and nothing of either where somebody may read it.

use aws::SecretsManager;
use aws_sdk_secretsmanager::Client;
use serde_json::json;

use crate::account::Account;
use crate::heard::heard;
use crate::support::{Answer, Script};

const GET: &str = "secretsmanager.GetSecretValue";

#[tokio::test]
async fn a_secret_is_told_with_the_one_it_was_before_its_rotation() {
    let account = Account::new().await;
    let client = Client::new(&account.sdk);
    let secrets = SecretsManager::new(&account.config);
    let create = client.create_secret().name("webhook").secret_string("first");
    create.send().await.expect("created");

    assert_eq!(secrets.secrets("webhook").await, Ok(vec!["first".into()]));

    let rotate = client.put_secret_value().secret_id("webhook").secret_string("second");
    rotate.send().await.expect("rotated");
    assert_eq!(secrets.secrets("webhook").await, Ok(vec!["second".into(), "first".into()]));
}

#[tokio::test]
async fn what_is_not_there_or_no_text_is_refused() {
    let binary = Answer::json(json!({ "Name": "webhook", "SecretBinary": "aHVudGVyMg==" }));
    let missing = "Secrets Manager can't find the specified secret.";
    for (answer, says) in [
        (
            Answer::json_error(400, "ResourceNotFoundException", missing),
            "there is no secret webhook with a value",
        ),
        (binary, "the secret webhook (AWSCURRENT) is binary; a text was expected"),
    ] {
        let aws = Script::new().turns(GET, [answer]).play().await;

        let failure = SecretsManager::new(&aws.config()).secrets("webhook").await.expect_err(says);

        assert_eq!((failure.name(), failure.to_string().as_str()), ("Refused", says));
    }
}

#[tokio::test]
async fn when_the_previous_one_cannot_be_asked_for_the_answer_is_not_half_given() {
    let current = json!({ "Name": "webhook", "SecretString": "hunter2" });
    for (answer, name) in [
        (Answer::json_error(400, "ThrottlingException", "slow down"), "Unavailable"),
        (Answer::json_error(400, "DecryptionFailure", "no key"), "Refused"),
    ] {
        let script = Script::new().turns(GET, [Answer::json(current.clone()), answer]);
        let aws = script.play().await;

        let failure = SecretsManager::new(&aws.config()).secrets("webhook").await.expect_err(name);

        assert_eq!(failure.name(), name, "{failure}");
        assert!(failure.to_string().starts_with("could not read the secret webhook (AWSPREVIOUS)"));
        let stages: Vec<_> =
            aws.calls().iter().map(|call| call.body["VersionStage"].clone()).collect();
        assert_eq!(stages[..2], [json!("AWSCURRENT"), json!("AWSPREVIOUS")]);
    }
}

#[tokio::test]
async fn no_value_stands_in_an_error_or_in_the_log() {
    let good = json!({ "Name": "webhook", "SecretString": "hunter2" });
    for (answer, is_good) in [
        (Answer::json(good.clone()), true),
        (Answer::json(good.clone()).truncated(), false),
        (Answer::json(good).halved(), false),
        (Answer::json(json!({ "SecretString": ["hunter2"] })), false),
        (Answer::bytes("application/x-amz-json-1.1", r#"{"SecretString": hunter2}"#), false),
        (Answer::bytes("text/html", "hunter2").status(500), false),
    ] {
        let aws = Script::new().turns(GET, [answer]).play().await;
        let secrets = SecretsManager::new(&aws.config());

        let (found, log) = heard(secrets.secrets("webhook")).await;

        assert_eq!(found.is_ok(), is_good);
        assert!(log.contains("called secretsmanager:GetSecretValue"), "{log}");
        let failure = found.map_err(|failure| failure.to_string()).err().unwrap_or_default();
        for told in [log, failure, format!("{secrets:?}")] {
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
