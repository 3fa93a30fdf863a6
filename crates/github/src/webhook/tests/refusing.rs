//! What is refused, and how that is said.

use serde_json::json;

use super::*;

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
