//! Deliveries as GitHub makes them, and as it never would.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::signature::sign;

const SECRET: &str = "It's a Secret to Everybody";
const DELIVERY: &str = "0b989ba4-242f-11e5-81e1-c7b6966d2516";

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../../events/samples/github/", $name, ".json"))
    };
}

fn secrets() -> Secrets {
    Secrets::new(SECRET).unwrap()
}

/// Delivers a body as GitHub would: signed, with its headers.
fn deliver(event: &str, body: &str) -> Result<Heard, Refusal> {
    let signature = sign(SECRET, body.as_bytes());
    let headers = [
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", event),
        ("X-GitHub-Delivery", DELIVERY),
        ("X-Hub-Signature-256", &signature),
    ];
    read(&secrets(), LIMIT, headers, body.as_bytes())
}

fn pushed(event: &str, body: &str) -> Push {
    match deliver(event, body) {
        Ok(Heard::Pushed(push)) => *push,
        other => panic!("no push: {other:?}"),
    }
}

fn reason(event: &str, body: &str) -> String {
    match deliver(event, body) {
        Ok(heard @ Heard::NotForUs { .. }) => {
            assert_eq!(heard.status(), 202);
            let Heard::NotForUs { reason } = heard else { unreachable!() };
            reason
        }
        other => panic!("for us: {other:?}"),
    }
}

/// Where a body cannot be read.
fn unreadable(event: &str, body: &str) -> String {
    let refusal = deliver(event, body).expect_err("a refusal");
    assert_eq!(refusal.status(), 400, "{refusal}");
    let Refusal::Unreadable { path, .. } = refusal else { panic!("{refusal}") };
    path
}

/// The published package, with one field set to something else.
fn with(pointer: &str, value: Value) -> String {
    let mut body: Value = serde_json::from_str(sample!("package-published")).unwrap();
    *body.pointer_mut(pointer).expect(pointer) = value;
    body.to_string()
}

/// The published package, without one field of the object at `pointer`.
fn without(pointer: &str, field: &str) -> String {
    let mut body: Value = serde_json::from_str(sample!("package-published")).unwrap();
    body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(field).expect(field);
    body.to_string()
}

#[test]
fn a_published_package_is_a_push() {
    let push = pushed("package", sample!("package-published"));

    assert_eq!(
        push,
        Push {
            image: "ghcr.io/octo-shop/checkout".to_owned(),
            tag: "v1.4.0".to_owned(),
            digest: push.digest.clone(),
            pushed_by: Some("mona".to_owned()),
            delivery: DELIVERY.to_owned(),
            revision: Some("5f0c3b1de8a94c1e2b7d6a0f9c8e7d6b5a4f3e2d".to_owned()),
            source: Some("octo-shop/checkout".to_owned()),
            at: Some("2026-05-04T09:12:20Z".parse().unwrap()),
        }
    );
    assert!(image::is_digest(&push.digest));
    assert_eq!(deliver("package", sample!("package-published")).unwrap().status(), 202);
}

#[test]
fn both_events_of_one_push_say_the_same() {
    assert_eq!(
        pushed("package", sample!("package-published")),
        pushed("registry_package", sample!("registry-package-published"))
    );
}

#[test]
fn a_tag_that_moves_is_a_push_at_the_time_it_moved() {
    for (event, body) in [
        ("package", sample!("package-updated")),
        ("registry_package", sample!("registry-package-updated")),
    ] {
        let push = pushed(event, body);
        assert_eq!(push.tag, "stable");
        assert_eq!(push.at, Some("2026-05-06T14:30:00Z".parse().unwrap()));
    }
}

#[test]
fn the_image_is_lower_case_whatever_the_owner_is_called() {
    let push = pushed("package", sample!("package-published-upper-case-owner"));

    assert_eq!(push.image, "ghcr.io/octo-shop/checkout");
    assert_eq!(push.source.as_deref(), Some("Octo-Shop/checkout"));
}

#[test]
fn without_metadata_tag_and_digest_come_from_address_and_version() {
    let full = pushed("package", sample!("package-published"));
    let push = pushed("package", sample!("package-published-without-metadata"));

    assert_eq!((push.image, push.tag, push.digest), (full.image, full.tag, full.digest));
    assert_eq!(push.revision, None);
}

#[test]
fn missing_parts_are_found_elsewhere() {
    const VERSION: &str = "/package/package_version";
    const METADATA: &str = "/package/package_version/container_metadata";
    let full = pushed("package", sample!("package-published"));
    let same = |body: String| {
        let push = pushed("package", &body);
        assert_eq!((&push.image, &push.tag, &push.digest), (&full.image, &full.tag, &full.digest));
        push
    };

    same(without(METADATA, "tag"));
    same(with(&format!("{METADATA}/tag"), Value::Null));
    same(with(&format!("{METADATA}/tag/name"), Value::Null));
    same(with(&format!("{METADATA}/tag/digest"), json!("")));
    same(without(VERSION, "container_metadata"));
    same(without(VERSION, "package_url"));
    same(without("/package", "owner"));
    same(with("/package/name", Value::Null));
    same(with("/package/package_type", json!("container")));
    assert_eq!(same(without("", "sender")).pushed_by.as_deref(), Some("mona"));
    assert_eq!(same(without("", "repository")).source, None);
    assert_eq!(same(with("/package/updated_at", json!("soon"))).at, None);

    let all_labels = with(&format!("{METADATA}/labels/revision"), json!(""));
    assert_eq!(same(all_labels).revision, full.revision);
    for labels in [Value::Null, json!([]), json!({}), json!({"revision": 5, "all_labels": []})] {
        assert_eq!(same(with(&format!("{METADATA}/labels"), labels)).revision, None);
    }
}

#[test]
fn what_no_deployment_follows_from_is_not_for_us() {
    let not_for_us = [
        ("package", sample!("package-published-child-manifest").to_owned(), "no tag"),
        ("package", sample!("package-published-signature").to_owned(), "signature"),
        ("package", sample!("package-published-npm").to_owned(), "\"npm\""),
        ("push", sample!("push").to_owned(), "the event push"),
        ("workflow_run", "no JSON at all".to_owned(), "the event workflow_run"),
        ("package", with("/action", json!("deleted")), "the action deleted"),
        ("package", with("/package/package_type", Value::Null), "type \"\""),
        ("package", with("/package/package_version", Value::Null), "no version"),
    ];

    for (event, body, words) in not_for_us {
        let reason = reason(event, &body);
        assert!(reason.contains(words), "{reason}");
    }
}

#[test]
fn an_event_that_names_too_little_is_not_for_us() {
    let mut body: Value = serde_json::from_str(sample!("package-published")).unwrap();
    let version = &mut body["package"]["package_version"];
    version["version"] = Value::Null;
    version["container_metadata"]["tag"]["digest"] = Value::Null;
    assert!(reason("package", &body.to_string()).contains("no digest"));

    body["package"]["owner"] = Value::Null;
    body["package"]["package_version"]["package_url"] = Value::Null;
    assert!(reason("package", &body.to_string()).contains("neither owner"));
}

#[test]
fn a_ping_is_answered() {
    let heard = deliver("ping", sample!("ping")).unwrap();

    assert_eq!(heard, Heard::Ping { zen: Some("Design for failure.".to_owned()) });
    assert_eq!(heard.status(), 200);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let digest = "package.package_version.container_metadata.tag.digest";
    let version = "/package/package_version";
    let mut only_version: Value =
        serde_json::from_str(sample!("package-published-without-metadata")).unwrap();
    only_version["package"]["package_version"]["version"] = json!("1.4.0");

    assert_eq!(unreadable("package", sample!("package-published-short-digest")), digest);
    assert_eq!(unreadable("package", &only_version.to_string()), "package.package_version.version");
    assert_eq!(
        unreadable("package", &with(&format!("{version}/container_metadata/tag/name"), json!(5))),
        "package.package_version.container_metadata.tag.name"
    );
    assert_eq!(
        unreadable(
            "package",
            &with(&format!("{version}/container_metadata/tag/name"), json!("a b"))
        ),
        "package.package_version.container_metadata.tag.name"
    );
    assert_eq!(unreadable("package", &with("/package/name", json!("a b"))), "package.name");
    assert_eq!(unreadable("package", &with("/package/owner", json!("mona"))), "package.owner");
    assert_eq!(unreadable("package", r#"{"action": "published"}"#), "package");
    assert_eq!(unreadable("registry_package", r#"{"action": "updated"}"#), "registry_package");
    assert_eq!(unreadable("package", "{}"), "body");
    assert_eq!(unreadable("package", "{} {}"), "body");
    assert_eq!(unreadable("package", "payload=%7B%7D"), "body");
    assert_eq!(unreadable("ping", r#"{"zen": []}"#), "zen");
    assert_eq!(unreadable("", "{}"), "X-GitHub-Event");
}

#[test]
fn a_refusal_is_short_however_long_what_it_refuses() {
    let body = with("/package/name", json!("x y".repeat(10_000)));

    assert!(deliver("package", &body).unwrap_err().to_string().len() < 1_000);
}

#[test]
fn a_form_is_refused_with_the_remedy() {
    let body = b"payload=%7B%7D";
    let signature = sign(SECRET, body);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("x-github-event", "package"),
        ("x-hub-signature-256", &signature),
    ];

    let refusal = read(&secrets(), LIMIT, headers, body).unwrap_err();

    assert_eq!(refusal.status(), 415);
    assert!(refusal.to_string().contains("application/json"));
}

#[test]
fn header_names_may_have_any_case() {
    let body = sample!("package-published");
    let signature = sign(SECRET, body.as_bytes());
    let headers = [
        ("x-github-EVENT", "package"),
        ("X-GITHUB-DELIVERY", DELIVERY),
        ("x-hub-signature-256", &signature),
    ];

    assert!(matches!(read(&secrets(), LIMIT, headers, body.as_bytes()), Ok(Heard::Pushed(_))));
}

#[test]
fn a_push_without_its_delivery_is_refused() {
    let body = sample!("package-published");
    let signature = sign(SECRET, body.as_bytes());
    for delivery in [None, Some(""), Some("two words"), Some(&*"x".repeat(101))] {
        let headers = [("X-GitHub-Event", "package"), ("X-Hub-Signature-256", &signature)]
            .into_iter()
            .chain(delivery.map(|delivery| ("X-GitHub-Delivery", delivery)));

        let refusal = read(&secrets(), LIMIT, headers, body.as_bytes()).unwrap_err();
        assert!(refusal.to_string().starts_with("X-GitHub-Delivery"), "{refusal}");
    }
}

#[test]
fn nothing_is_read_of_a_body_that_is_not_signed() {
    let unsigned = [("X-GitHub-Event", "ping")];
    let forged = [("X-GitHub-Event", "ping"), ("X-Hub-Signature-256", "sha256=00")];

    let refusal = read(&secrets(), LIMIT, unsigned, b"not JSON").unwrap_err();
    assert_eq!((refusal.status(), refusal), (401, Refusal::Unsigned));
    let refusal = read(&secrets(), LIMIT, forged, b"not JSON").unwrap_err();
    assert_eq!((refusal.status(), refusal), (401, Refusal::Forged));
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_hashed() {
    let refusal = read(&secrets(), 4, [("a", "b")], b"12345").unwrap_err();

    assert_eq!(refusal.status(), 413);
    assert_eq!(refusal, Refusal::TooLarge { length: 5, limit: 4 });
}

/// Any JSON, of any shape, to stand in place of any part of a true body.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Every place in a document, as JSON pointers.
fn places(value: &Value, at: String, into: &mut Vec<String>) {
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            places(value, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), into);
        }
    }
    into.push(at);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        body in prop::collection::vec(any::<u8>(), 0..512),
        event in "package|registry_package|ping|.*",
    ) {
        let _ = deliver(&event, &String::from_utf8_lossy(&body));
        let signature = sign(SECRET, &body);
        let headers = [("X-GitHub-Event", &*event), ("X-Hub-Signature-256", &signature)];
        let _ = read(&secrets(), LIMIT, headers, &body);
    }

    #[test]
    fn no_headers_make_it_panic(
        headers: Vec<(String, Vec<u8>)>,
        signature: Vec<u8>,
    ) {
        let named = ("X-Hub-Signature-256".to_owned(), signature);
        let _ = read(&secrets(), LIMIT, headers.into_iter().chain([named]), b"{}");
    }

    #[test]
    fn no_change_of_a_true_body_makes_it_panic(
        place: prop::sample::Index,
        value in any_json(),
        cut: prop::sample::Index,
    ) {
        let mut body: Value = serde_json::from_str(sample!("package-published")).unwrap();
        let mut all: Vec<String> = Vec::new();
        places(&body, String::new(), &mut all);
        *body.pointer_mut(place.get(&all[..]).as_str()).unwrap() = value;
        let text = body.to_string();

        // Whatever is pushed is an image that a registry could hold.
        if let Ok(Heard::Pushed(push)) = deliver("package", &text) {
            prop_assert!(image::is_digest(&push.digest) && image::is_tag(&push.tag));
            prop_assert!(push.image.starts_with("ghcr.io/"));
        }
        let cut = String::from_utf8_lossy(&text.as_bytes()[..cut.index(text.len())]).into_owned();
        let _ = deliver("package", &cut);
    }
}
