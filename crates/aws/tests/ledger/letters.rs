//! Letters: a subject that SNS takes, a text as it is, attributes to choose by.

use std::collections::BTreeMap;

use aws::Sns;
use domain::Failure;
use serde_json::json;
use workflow::ports::{Letter, Mailbox};

use crate::support::{Answer, Aws, Script};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:cutover";

fn letter(subject: &str) -> Letter {
    Letter {
        subject: subject.into(),
        text: "It was taken back: 5xx rang – twice".into(),
        attributes: BTreeMap::from([
            ("end".into(), "RolledBack".into()),
            ("service".into(), "checkout".into()),
        ]),
    }
}

fn taken() -> Answer {
    let id = "<MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId>";
    Answer::xml(format!("<PublishResponse><PublishResult>{id}</PublishResult></PublishResponse>"))
}

async fn topic(answers: impl Into<Vec<Answer>>) -> (Aws, Sns) {
    let aws = Script::new().turns("Publish", answers).play().await;
    let sns = Sns::new(&aws.config(), TOPIC);
    (aws, sns)
}

#[tokio::test]
async fn a_letter_is_sent_as_it_is() {
    let (aws, sns) = topic([taken()]).await;

    sns.send(&letter("checkout v1.4.2 was taken back")).await.expect("sent");

    let mut body = aws.only_call().body;
    let body = body.as_object_mut().expect("fields");
    // Attributes are numbered in no particular order.
    let mut attributes: Vec<_> = (1..=2)
        .map(|number| {
            let prefix = format!("MessageAttributes.entry.{number}");
            let field = |name: &str| format!("{prefix}.{name}");
            let kind = body.remove(&field("Value.DataType"));
            assert_eq!(kind, Some(json!("String")));
            let mut text = |name| body.remove(&field(name)).expect("a field").to_string();
            (text("Name"), text("Value.StringValue"))
        })
        .collect();
    attributes.sort();
    let expected = [("\"end\"", "\"RolledBack\""), ("\"service\"", "\"checkout\"")];
    assert_eq!(attributes, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let rest = json!({
        "TopicArn": TOPIC, "Subject": "checkout v1.4.2 was taken back",
        "Message": "It was taken back: 5xx rang – twice",
    });
    assert_eq!(json!(body), rest);
}

#[tokio::test]
async fn a_subject_is_made_one_that_sns_takes() {
    for (subject, sent) in [
        ("checkout: rolled back", Some("checkout: rolled back".to_owned())),
        ("  two\nlines\tand\u{7} a bell ", Some("two lines and a bell".to_owned())),
        ("checkout → v1.4.2, très vite", Some("checkout ? v1.4.2, tr?s vite".to_owned())),
        (&"a".repeat(99), Some("a".repeat(99))),
        (&"a".repeat(100), Some(format!("{}...", "a".repeat(96)))),
        (&"é".repeat(300), Some(format!("{}...", "?".repeat(96)))),
        (" \n ", None),
    ] {
        let (aws, sns) = topic([taken()]).await;

        sns.send(&letter(subject)).await.expect("sent");

        let found = aws.only_call().body["Subject"].as_str().map(str::to_owned);
        assert_eq!(found, sent, "{subject:?}");
    }
}

#[tokio::test]
async fn a_letter_that_is_not_taken_is_told_by_name_and_nothing_of_it_is_cut() {
    let long = "Invalid parameter: Message too long";
    for (answer, name, says) in [
        (Answer::xml_error(400, "InvalidParameter", long), "Invalid", long),
        (Answer::xml_error(404, "NotFound", "Topic does not exist"), "Refused", "NotFound: Topic"),
        (Answer::xml_error(400, "Throttling", "Rate exceeded"), "Unavailable", "Rate exceeded"),
        (Answer::xml_error(500, "InternalError", "try again"), "Unavailable", "try again"),
        (Answer::cut(), "Unavailable", "could not send"),
    ] {
        let (_aws, sns) = topic([answer]).await;

        let failure = sns.send(&letter("subject")).await.expect_err(says);

        assert_eq!(failure.name(), name, "{failure}");
        assert!(failure.to_string().contains(says), "{failure}");
        let what = format!("could not send \"subject\" to {TOPIC}");
        assert!(failure.to_string().starts_with(&what), "{failure}");
    }
}

#[tokio::test]
async fn an_attribute_without_a_value_is_told_by_sns() {
    let (aws, sns) = topic([Answer::xml_error(
        400,
        "ParameterValueInvalid",
        "The message attribute 'end' must contain non-empty message attribute value",
    )])
    .await;
    let mut letter = letter("subject");
    letter.attributes = BTreeMap::from([("end".into(), String::new())]);

    let failure = sns.send(&letter).await.expect_err("it is empty");

    assert!(matches!(failure, Failure::Invalid(why) if why.contains("attribute 'end'")));
    assert_eq!(aws.calls().len(), 1);
}
