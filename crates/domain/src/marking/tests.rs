//! What GitHub shows while a deployment goes its way, whatever came first.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::service::ServiceDocument;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("a moment")
}

fn entry(json: Value) -> Entry {
    serde_json::from_value(json).expect("an entry")
}

fn plan(tell: &Value) -> Plan {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
        "cluster": "shop", "strategy": { "blue_green": {} }, "tell": tell
    });
    Plan::decide(
        "checkout-1".parse().expect("a name"),
        ServiceDocument::read(&document.to_string()).expect("a document"),
        &serde_json::from_value(json!({ "service": "checkout", "tag": "v1.0.0" })).expect("it"),
        format!("sha256:{}", "aa".repeat(32)).parse().expect("a digest"),
        &desk(),
        at(0),
    )
    .expect("nothing speaks against it")
}

fn github() -> Value {
    json!({ "github": { "repository": "acme/checkout", "environment": "production" } })
}

fn desk() -> Desk {
    Desk::new("checkout".parse().expect("a name"))
}

/// The desk after this deployment was the last one to go all the way.
fn after(deployment: &str) -> Desk {
    let plan = plan(&github());
    let deployed = json!({
        "deployment": deployment, "digest": plan.digest, "height": plan.height
    });
    Desk { deployed: serde_json::from_value(deployed).expect("a deployment"), ..desk() }
}

/// A record of these entries, after the plan.
fn record<const N: usize>(entries: [Value; N]) -> Record {
    let (deployment, service) = ("checkout-1".parse(), "checkout".parse());
    let mut record = Record::new(deployment.expect("a name"), service.expect("a name"));
    record.append(Entry::Planned { plan: Box::new(plan(&github())) }, at(0));
    for (minute, json) in (1..).zip(entries) {
        record.append(entry(json), at(minute));
    }
    record
}

fn judged(share: u8) -> Value {
    json!({ "what": "judged", "verdict": {
        "decision": "wait", "hook": format!("at-{share}"), "why": "all is well", "findings": [],
        "share": share,
        "watch": { "seen": null, "seconds": 60 }
    } })
}

fn ended(end: &str, why: &str) -> Value {
    json!({ "what": "ended", "outcome": {
        "deployment": "checkout-1", "service": "checkout", "end": end, "why": why,
        "settled": end == "Deployed", "at": at(9)
    } })
}

/// The status that is to be shown, as a line.
fn shown(record: &Record, desk: &Desk) -> String {
    let Status { light, description } = Mark::of(record, desk).expect("it is shown").status;
    format!("{}: {description}", light.as_str())
}

#[test]
fn each_part_of_its_way_is_shown() {
    let back = json!({ "what": "taken_back", "back": {
        "since": at(2), "why": "alarm checkout-errors rings", "fault": true
    } });
    let rang = ended("RolledBack", "alarm checkout-errors rings");

    for (record, says) in [
        (record([]), "in_progress: is about to begin"),
        (record([judged(0)]), "in_progress: serves 0 % of production"),
        (record([judged(0), judged(100)]), "in_progress: serves 100 % of production"),
        (
            record([judged(100), back.clone()]),
            "in_progress: goes back: alarm checkout-errors rings",
        ),
        (record([judged(100), back, rang]), "failure: RolledBack: alarm checkout-errors rings"),
        (record([ended("Refused", "frozen")]), "inactive: Refused: frozen"),
        (record([ended("Stuck", "ECS left it")]), "error: Stuck: ECS left it"),
    ] {
        assert_eq!(shown(&record, &desk()), says);
    }
}

#[test]
fn what_serves_is_shown_as_a_success_until_another_release_does() {
    let record = record([ended("Deployed", "ECS tells that this release serves")]);

    let serves = "success: checkout v1.0.0 (aaaaaaaaaaaa) serves";
    assert_eq!(shown(&record, &after("checkout-1")), serves);
    // The event of its end came only after the next deployment had ended.
    assert_eq!(shown(&record, &after("checkout-2")), "inactive: another release serves since");
}

#[test]
fn who_is_asked_is_shown_while_they_are() {
    let asks = json!({
        "about": "approval", "why": "waits for 1 more to approve of ada, cy",
        "since": at(2), "until": at(242)
    });
    let watcher = json!({
        "deployment": "checkout-1", "rollout": "arn:aws:ecs:local:0:service-deployment/s/c/1",
        "place": { "cluster": "shop", "service": "checkout" }, "alarms": [], "asks": asks,
        "token": "token"
    });
    let asking = Desk { watcher: serde_json::from_value(watcher).expect("a watcher"), ..desk() };
    let record = record([judged(0)]);

    assert_eq!(
        shown(&record, &asking),
        "in_progress: waits for 1 more to approve of ada, cy, until 1970-01-01T04:02:00Z"
    );
    assert_eq!(shown(&record, &desk()), "in_progress: serves 0 % of production");
}

#[test]
fn nothing_is_shown_where_nobody_said_where_or_what() {
    let mut record = record([]);
    for tell in [json!({}), Value::Null] {
        let plan = Entry::Planned { plan: Box::new(plan(&tell)) };
        record.entries.clear();
        assert_eq!(Mark::of(&record, &desk()), None, "it is not planned");
        record.append(plan, at(0));
        assert_eq!(Mark::of(&record, &desk()), None, "{tell}");
    }

    let untagged = Plan { tag: None, ..plan(&github()) };
    record.entries.clear();
    record.append(Entry::Planned { plan: Box::new(untagged) }, at(0));
    assert_eq!(Mark::of(&record, &desk()), None, "no tag, and the document names no `ref`");
}

#[test]
fn a_description_is_one_line_of_at_most_140_characters() {
    let long = Status::new(Light::Error, &"ä".repeat(141));
    assert_eq!(long.description.chars().count(), 140);
    assert!(long.description.ends_with("ä…"));
    assert_eq!(Status::new(Light::Error, &"ä".repeat(140)).description, "ä".repeat(140));
    assert_eq!(Status::new(Light::Error, " one\n\ttwo  three\u{0}").description, "one two three");
}

#[test]
fn what_ended_is_not_under_way_again_and_nothing_is_said_twice() {
    let status = |light, why| Status::new(light, why);
    let begins = status(Light::InProgress, "is about to begin");
    let goes_on = status(Light::InProgress, "serves 100 % of production");
    let serves = status(Light::Success, "it serves");
    let replaced = Status::replaced();

    for (next, shown, follows) in [
        (&begins, None, true),
        (&begins, Some(&begins), false),
        (&goes_on, Some(&begins), true),
        (&goes_on, Some(&serves), false),
        (&goes_on, Some(&replaced), false),
        (&serves, Some(&goes_on), true),
        (&serves, Some(&serves), false),
        (&replaced, Some(&serves), true),
        (&serves, Some(&replaced), true),
    ] {
        assert_eq!(next.follows(shown), follows, "{next:?} after {shown:?}");
    }
}
