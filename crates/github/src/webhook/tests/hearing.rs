//! What is heard in deliveries of true shape.

use serde_json::json;

use super::*;

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
fn the_digest_of_the_tag_goes_before_the_version() {
    let other = format!("sha256:{}", "0".repeat(64));
    let push = pushed("package", &with("/package/package_version/version", json!(other)));

    assert_eq!(push.digest, pushed("package", sample!("package-published")).digest);
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
