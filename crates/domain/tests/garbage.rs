//! Nothing that comes from outside makes a decision panic: it is read, or refused with a sentence.

use domain::event::ExecutionEnded;
use domain::failure::decode;
use domain::name::{Arn, Digest, Image, ServiceName, Tag};
use domain::release::ImagePushed;
use domain::request::Request;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use domain::signal::Signal;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,12}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A document with one field replaced by anything.
fn mutated_document() -> impl Strategy<Value = Value> {
    let fields = prop::sample::select(vec![
        "name",
        "image",
        "tags",
        "cluster",
        "ecs_service",
        "container",
        "strategy",
        "bake",
        "checks",
        "wave",
        "unknown",
    ]);
    (fields, any_json()).prop_map(|(field, value)| {
        let mut document = json!({
            "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": "*" },
            "cluster": "shop", "strategy": { "canary": { "percent": 10, "hold": "5m" } },
            "checks": { "smoke": [{ "path": "/" }], "alarms": ["a"] }
        });
        document[field] = value;
        document
    })
}

proptest! {
    #[test]
    fn any_text_is_a_document_or_is_refused(text in ".{0,200}") {
        let _ = ServiceDocument::read(&text);
    }

    #[test]
    fn a_document_with_a_strange_field_is_read_or_refused_by_its_path(document in mutated_document()) {
        match ServiceDocument::read(&document.to_string()) {
            // What was read can be written and read again.
            Ok(read) => {
                let written = serde_json::to_string(&read).expect("a document is plain data");
                prop_assert_eq!(ServiceDocument::read(&written), Ok(read));
            }
            Err(mistakes) => prop_assert!(!mistakes.0.is_empty()),
        }
    }

    #[test]
    fn any_json_is_an_input_or_is_refused(input in any_json()) {
        let _ = decode::<Request>(&input);
        let _ = decode::<ImagePushed>(&input);
        let _ = decode::<ExecutionEnded>(&input);
        let _ = Signal::read(&input);
    }

    #[test]
    fn any_text_is_a_name_or_is_refused_in_few_words(text in "\\PC{0,300}") {
        for refusal in [
            text.parse::<ServiceName>().err(),
            text.parse::<Image>().err(),
            text.parse::<Tag>().err(),
            text.parse::<Digest>().err(),
            text.parse::<Arn>().err(),
        ] {
            prop_assert!(refusal.is_none_or(|error| error.to_string().chars().count() < 700));
        }
    }

    #[test]
    fn lengths_of_time_survive_being_written(seconds in 0..=Seconds::LONGEST.0) {
        let length = Seconds(seconds);
        let written = serde_json::to_string(&length).expect("a number");
        prop_assert_eq!(serde_json::from_str::<Seconds>(&written).ok(), Some(length));
    }
}
