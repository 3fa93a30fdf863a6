//! `cutover plan` of a document.

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::validate::{BAD, GOOD};
use crate::world::World;

const BLUE_GREEN: &str = r#"{
    "name": "checkout",
    "image": "ghcr.io/acme/checkout",
    "tags": { "semver": ">=1.0.0" },
    "cluster": "shop",
    "strategy": { "blue_green": {} },
    "bake": "10m",
    "checks": { "smoke": [{ "path": "/healthz" }], "alarms": ["checkout-errors"] }
}"#;

#[test]
fn a_deployment_is_shown_before_there_is_one() {
    let world = World::new().with("checkout.json", BLUE_GREEN).with("canary.json", GOOD);

    assert_snapshot!(world.run("plan checkout.json"));
    assert_snapshot!(world.run("plan canary.json"));
}

#[test]
fn a_rolling_deployment_has_no_pauses_and_one_fleet() {
    let document = r#"{
        "name": "worker", "image": "ghcr.io/acme/worker", "tags": { "branch": "main" },
        "cluster": "shop", "strategy": { "rolling": {} }, "checks": { "alarms": ["worker-stuck"] }
    }"#;

    assert_snapshot!(World::new().with("worker.json", document).run("plan worker.json"));
}

#[test]
fn a_window_that_is_open_now_is_told_and_not_waited_for() {
    let wall = |hours| {
        let moment = Timestamp::now() + SignedDuration::from_hours(hours);
        moment.strftime("%Y-%m-%dT%H:%M").to_string()
    };
    let mut document: Value = serde_json::from_str(BLUE_GREEN).expect("JSON");
    document["freezes"] = json!([
        { "from": wall(-24), "to": wall(24), "zone": "Asia/Kathmandu", "why": "the fair" },
        { "cron": "0 4 29 2 *", "for": "1h", "zone": "UTC", "why": "leap" }
    ]);
    let world = World::new().with("checkout.json", document.to_string());

    let told = world.run("plan checkout.json").out;
    assert!(told.starts_with("A push would wait now: frozen until "), "{told}");
    assert!(told.contains(" +0545: the fair.\n"), "{told}");
    assert!(told.contains("is not open: 0 4 29 2 * for 1h (UTC); pushes wait"), "{told}");
    assert!(told.contains("It takes 10m at least"), "{told}");

    let read = world.run("plan --json checkout.json").json();
    assert_eq!(read["frozen"]["cause"], "window", "{read}");
}

#[test]
fn a_program_reads_the_figures_that_a_person_sees() {
    let world = World::new().with("checkout.json", BLUE_GREEN);

    let plan = world.run("plan --json checkout.json").json();

    let lines = plan["cost"]["lines"].as_array().expect("lines");
    let sum: f64 = lines.iter().filter_map(|line| line["usd"].as_f64()).sum();
    let total = plan["cost"]["total"].as_f64().expect("a total");
    assert!((sum - total).abs() < 1e-12 && total > 0.0 && total <= 0.01, "{plan:#}");
    let told = world.run("plan checkout.json").out;
    assert!(told.contains(&format!("costs: ${total:.4}\n")), "{told}");
    assert_eq!(plan["rehearsal"]["end"], "Deployed");
    assert_eq!(plan["stages"][1]["pause"], "POST_TEST_TRAFFIC_SHIFT");
    assert!(plan["cost"]["lines"][0]["price"]["page"].is_string());
}

#[test]
fn the_same_document_gives_the_same_plan() {
    let world = World::new().with("checkout.json", BLUE_GREEN);
    let plan = || -> Value { world.run("plan --json checkout.json").json() };

    assert_eq!(plan(), plan());
}

#[test]
fn mistakes_are_told_as_validate_tells_them() {
    let world = World::new()
        .with("bad.json", BAD)
        .with("local.json", r#"{"services": [], "state": "."}"#)
        .with("machine.json", r#"{"StartAt": "A", "States": {}}"#);

    let (plan, validate) = (world.run("plan bad.json"), world.run("validate bad.json"));
    assert_eq!((plan.code, plan.out.as_str()), (Some(2), ""));
    let told = validate.out.split("\n\n").filter(|problem| problem.starts_with("error:"));
    assert_eq!(plan.errors.trim_end().split("\n\n").collect::<Vec<_>>(), told.collect::<Vec<_>>());
    assert_snapshot!(world.run("plan local.json"), @"
    --- standard error
    error: this is a local configuration
       at local.json
     help: name a service document; `services` of the configuration names some
    --- exit code 2
    ");
    assert_snapshot!(world.run("plan machine.json"), @"
    --- standard error
    error: this is a state machine definition
       at machine.json
     help: use `cutover check machine.json`
    --- exit code 2
    ");
}

#[test]
fn a_deployment_that_cannot_go_all_the_way_ends_with_1() {
    // 33 steps of 23 hours are longer than the 30 days that ECS and Step Functions allow.
    let endless = BLUE_GREEN
        .replace(r#"{ "blue_green": {} }"#, r#"{ "linear": { "step": 3, "hold": "23h" } }"#);

    let run = World::new().with("endless.json", endless).run("plan endless.json");

    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.out.contains("still it ends as RolledBack: "), "{run}");
}
