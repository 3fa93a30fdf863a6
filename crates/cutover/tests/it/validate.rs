//! `cutover validate`.

use insta::{assert_json_snapshot, assert_snapshot};

use crate::world::World;

pub(crate) const GOOD: &str = r#"{
    "name": "checkout",
    "image": "ghcr.io/acme/checkout",
    "tags": { "semver": ">=1.0.0" },
    "cluster": "shop",
    "strategy": { "canary": { "percent": 10, "hold": "5m" } },
    "bake": "10m",
    "checks": { "smoke": [{ "path": "/smoke" }], "alarms": ["checkout-5xx"] }
}"#;

pub(crate) const BAD: &str = r#"{
    "name": "Checkout",
    "image": "ghcr.io/acme/checkout:v1",
    "cluster": "shop",
    "strategy": { "rainbow": {} },
    "bake": "48h",
    "checks": { "smoke": [{ "path": "health" }, { "path": "/", "status": 20 }] }
}"#;

#[test]
fn a_good_document_is_told_to_be_good() {
    assert_snapshot!(World::new().with("checkout.json", GOOD).run("validate checkout.json"), @r"
    checkout.json: a good service document

    1 checked, nothing wrong
    --- exit code 0
    ");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let world = World::new().with("good.json", GOOD).with("bad.json", BAD);

    assert_snapshot!(world.run("validate good.json bad.json"));
}

#[test]
fn a_freeze_that_never_ends_is_told_for_what_it_is() {
    let freezes = r#""freezes": [
        { "cron": "0 0 * * *", "for": "24h", "zone": "Europe/Berlin", "why": "night" },
        { "cron": "0 16 * * FRI", "for": "62h", "zone": "Europa/Berlin", "why": "weekend" },
        { "from": "2026-12-20T00:00", "to": "2026-12-02T00:00", "zone": "UTC", "why": "Christmas" }
    ], "cluster""#;
    let world = World::new().with("frozen.json", GOOD.replacen("\"cluster\"", freezes, 1));

    let told = world.run("validate frozen.json").to_string();

    for mistake in [
        "freezes[0].for",
        "it never ends: it lasts 24h, and begins again every 24h",
        "there is no time zone \"Europa/Berlin\"",
        "freezes[2].to",
        "it is over before it begins",
        "exit code 2",
    ] {
        assert!(told.contains(mistake), "{mistake} is missing in\n{told}");
    }
}

#[test]
fn what_is_something_else_is_told_what_it_is() {
    let world = World::new()
        .with("machine.json", r#"{"StartAt": "A", "States": {}}"#)
        .with("list.json", "[1, 2]")
        .with("empty.json", "")
        .with("broken.json", "{\n  \"name\": \"checkout\",\n}");

    assert_snapshot!(
        world.run("validate machine.json list.json empty.json broken.json missing.json")
    );
}

#[test]
fn a_program_reads_the_same() {
    let world = World::new().with("good.json", GOOD).with("bad.json", BAD).with("odd.json", "1");

    let run = world.run("validate --json good.json bad.json odd.json");

    assert_eq!(run.code, Some(2));
    assert_json_snapshot!(run.json());
}
