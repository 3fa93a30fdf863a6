//! SNS tells, somebody else does, and somebody repeats what it told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, SigningKey};
use serde_json::{Value, json};

use super::*;
use crate::Refusal;
use crate::webhook::LIMIT;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:firing";
const CERTIFICATE: &str =
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-9c6465fa.pem";
const CONFIRM: &str =
    "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f";
const SENT: &str = "2026-05-04T09:22:41.204Z";

fn topic() -> Topic {
    TOPIC.parse().expect("a topic")
}

fn now() -> Timestamp {
    "2026-05-04T09:22:42Z".parse().expect("a moment")
}

/// Somebody with a key and a certificate for it.
struct Signer {
    key: KeyPair,
    pem: String,
}

impl Signer {
    fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
        let params = CertificateParams::new(["sns.amazonaws.com".to_owned()]).expect("a name");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { key, pem }
    }

    /// A message, signed as SNS documents it.
    fn signed(&self, mut message: Value) -> Value {
        let fields: &[&str] = match message["Type"].as_str() {
            Some("Notification") => {
                &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
            }
            _ => {
                &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
            }
        };
        let lines = fields.iter().filter_map(|name| Some((name, message[name].as_str()?)));
        let text: String = lines.flat_map(|(name, value)| [*name, "\n", value, "\n"]).collect();
        let signature = self.key.sign(text.as_bytes()).expect("a signature");
        message["Signature"] = json!(STANDARD.encode(signature));
        message
    }
}

fn notification(message: &str) -> Value {
    json!({
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC, "Message": message, "Timestamp": SENT,
        "SignatureVersion": "2", "Signature": "", "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe"
    })
}

fn alerts() -> Value {
    notification(include_str!("../../../../events/samples/alertmanager/firing.json"))
}

fn subscription(address: &str) -> Value {
    json!({
        "Type": "SubscriptionConfirmation", "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f", "TopicArn": TOPIC, "Message": "You have chosen to subscribe",
        "SubscribeURL": address, "Timestamp": SENT, "SignatureVersion": "2", "Signature": "",
        "SigningCertURL": CERTIFICATE
    })
}

fn hear(message: &Value, certificate: &str, now: Timestamp) -> Result<Heard, Refusal> {
    let message = Message::read(LIMIT, message.to_string().as_bytes())?;
    assert_eq!(message.certificate(&topic())?, CERTIFICATE);
    message.heard(&topic(), certificate.as_bytes(), now)
}

#[test]
fn alerts_that_sns_signed_are_heard() {
    let sns = Signer::new();
    for subject in [None, Some("[FIRING:1] CheckoutErrors")] {
        let mut message = alerts();
        if let Some(subject) = subject {
            message["Subject"] = json!(subject);
        }

        let heard = hear(&sns.signed(message), &sns.pem, now()).expect("signed");

        let Heard::Alerts(told) = heard else { panic!("{heard:?}") };
        assert_eq!(told.alerts[0].name, "CheckoutErrors");
        assert_eq!(told.alerts.len(), 2);
    }
}

#[test]
fn a_subscription_is_confirmed_at_sns_and_nowhere_else() {
    let sns = Signer::new();
    let hear = |address| hear(&sns.signed(subscription(address)), &sns.pem, now());

    assert_eq!(hear(CONFIRM), Ok(Heard::Confirm(CONFIRM.to_owned())));
    let elsewhere = hear("https://sns.eu-central-1.amazonaws.com.evil.example/?Action=x");
    let told = elsewhere.expect_err("elsewhere").to_string();
    assert!(told.starts_with("SubscribeURL: is \"https://sns.eu-central-1.amazonaws.com.evil"));
    assert!(told.ends_with("and not at https://sns.eu-central-1.amazonaws.com/"), "{told}");
}

#[test]
fn what_is_forged_or_repeated_is_refused() {
    let (sns, somebody) = (Signer::new(), Signer::new());
    let signed = sns.signed(alerts());
    let changed = |field: &str, value: &str| {
        let mut message = signed.clone();
        message[field] = json!(value);
        message
    };
    let refused = |message: &Value, certificate: &str, now: Timestamp| {
        hear(message, certificate, now).expect_err("it must be refused")
    };

    assert_eq!(refused(&signed, &somebody.pem, now()), Refusal::Unsigned);
    for (field, value) in [
        ("Message", "{}"),
        ("MessageId", "another"),
        ("Timestamp", "2026-05-04T09:22:42Z"),
        ("Subject", "there was none"),
        ("Signature", ""),
    ] {
        assert_eq!(refused(&changed(field, value), &sns.pem, now()), Refusal::Unsigned, "{field}");
    }
    for later in ["2026-05-04T10:23:00Z", "2026-05-04T09:17:00Z"] {
        let refusal = refused(&signed, &sns.pem, later.parse().expect("a moment"));
        assert_eq!((refusal.status(), refusal.name()), (401, "Unauthorized"));
        assert!(refusal.to_string().contains("is believed for an hour"), "{refusal}");
    }
    let other = changed("TopicArn", "arn:aws:sns:eu-central-1:666666666666:firing");
    assert_eq!(refused(&other, &sns.pem, now()), Refusal::Foreign);
}

#[test]
fn who_says_where_the_certificate_is_may_say_only_sns() {
    for address in [
        "https://sns.eu-central-1.amazonaws.com@evil.example/cert.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/cert.pem",
        "https://sns.us-east-1.amazonaws.com/cert.pem",
        "http://sns.eu-central-1.amazonaws.com/cert.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/cert.pem",
        "file:///etc/passwd",
        "https://sns.eu-central-1.amazonaws.com/?Action=-----BEGIN%20CERTIFICATE-----.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-/../?x=.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-.pem",
        "",
    ] {
        let mut elsewhere = alerts();
        elsewhere["SigningCertURL"] = json!(address);
        let refusal = read(&elsewhere).certificate(&topic()).expect_err("elsewhere").to_string();
        assert!(refusal.starts_with("SigningCertURL: is "), "{refusal}");
    }
    assert_eq!(read(&alerts()).certificate(&topic()), Ok(CERTIFICATE));
    let china: Topic = "arn:aws-cn:sns:cn-north-1:123456789012:firing".parse().expect("a topic");
    assert!(china.keeps_certificate(
        "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-9c6465fa.pem"
    ));
}

fn read(message: &Value) -> Message {
    Message::read(LIMIT, message.to_string().as_bytes()).expect("a message")
}

#[test]
fn an_old_signature_is_refused_with_what_to_set() {
    let mut message = alerts();
    message["SignatureVersion"] = json!("1");

    let refusal = read(&message).certificate(&topic()).expect_err("SHA-1").to_string();
    assert_eq!(
        refusal,
        "SignatureVersion: is \"1\": set the topic's attribute SignatureVersion to 2"
    );
}

#[test]
fn what_prometheus_wrote_as_text_is_told_by_the_field() {
    let sns = Signer::new();
    let signed = sns.signed(notification("[FIRING:1] CheckoutErrors\nLabels:\n - severity = page"));

    let refusal = hear(&signed, &sns.pem, now()).expect_err("no JSON");
    assert_eq!(refusal.status(), 400);
    assert!(refusal.to_string().starts_with("Message: "), "{refusal}");
}

#[test]
fn a_certificate_that_is_none_is_told() {
    let signed = Signer::new().signed(alerts());
    for (pem, says) in [
        ("<html>", "SigningCertURL: leads to no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "SigningCertURL: leads to a certificate that is none",
        ),
    ] {
        let refusal = hear(&signed, pem, now()).expect_err("none").to_string();
        assert!(refusal.starts_with(says), "{refusal}");
    }
}

#[test]
fn a_topic_is_named_by_its_arn() {
    for arn in ["firing", "arn:aws:sqs:eu-central-1:123456789012:firing", "arn:aws:sns:x/y:1:f"] {
        let error = arn.parse::<Topic>().expect_err("no topic").to_string();
        assert!(error.contains("is no topic; write its ARN"), "{error}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Message::read(LIMIT, &body);
    }
}
