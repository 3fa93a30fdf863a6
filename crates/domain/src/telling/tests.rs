//! What is told of a deployment at each moment of it, and what of that is new.

use super::*;
use crate::record::Dated;
use crate::telling::Press::{Approve, Hold, Reject, ReleaseQuarantine, RollBack};
use serde_json::{Value, json};

const GREEN: &str = "sha256:0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b";
const BLUE: &str = "sha256:09701a1e04c709701a1e04c709701a1e04c709701a1e04c709701a1e04c70970";
const ARN: &str = "arn:aws:ecs:local:0:x/checkout:2";

fn at(second: i64) -> Timestamp {
    let beginning: Timestamp = "2026-03-01T03:00:00Z".parse().expect("a moment");
    Timestamp::from_second(beginning.as_second() + second).expect("a moment")
}

fn document(strategy: &Value) -> Value {
    json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": "*" },
        "cluster": "shop", "strategy": strategy
    })
}

/// The entries of a deployment that was launched.
fn launched(strategy: &Value, by: &str, reason: &str) -> Vec<Value> {
    let request = json!({
        "service": "checkout", "tag": "v1.4.2", "digest": GREEN, "cause": "push", "by": by,
        "reason": reason
    });
    let plan = json!({
        "deployment": "checkout-1", "service": document(strategy), "digest": GREEN, "tag": "v1.4.2",
        "height": { "version": "1.4.2", "pushed_at": at(0) }, "cause": "push", "by": by, "at": at(1), "pauses": []
    });
    let lease = json!({
        "service": "checkout", "holder": "checkout-1", "token": 1, "expires_at": at(1800)
    });
    let blue = json!({ "task_definition": ARN, "digest": BLUE, "desired": 2, "running": 2 });
    vec![
        json!({ "at": at(0), "what": "requested", "request": request }),
        json!({ "at": at(1), "what": "planned", "plan": plan }),
        json!({ "at": at(2), "what": "claimed", "lease": lease }),
        json!({ "at": at(3), "what": "checked", "blue": blue }),
        json!({ "at": at(4), "what": "registered", "task_definition": ARN }),
        json!({ "at": at(5), "what": "launched", "rollout": ARN }),
    ]
}

fn judged(second: i64, decision: &str, why: &str, share: f64, asks: &Value) -> Value {
    json!({ "at": at(second), "what": "judged", "verdict": {
        "decision": decision, "why": why, "share": share, "findings": [],
        "watch": { "seen": null, "seconds": 300, "asks": asks }
    } })
}

fn proceeded(second: i64) -> Value {
    json!({ "at": at(second), "what": "proceeded", "hook": format!("hook-{second}") })
}

fn taken_back(second: i64, why: &str) -> Value {
    let back = json!({ "since": at(second), "why": why, "fault": true });
    json!({ "at": at(second), "what": "taken_back", "back": back })
}

fn ended(second: i64, end: &str, why: &str, serving: &str) -> Value {
    json!({ "at": at(second), "what": "ended", "outcome": {
        "deployment": "checkout-1", "service": "checkout", "end": end, "why": why,
        "settled": serving == GREEN, "serving": serving, "at": at(second)
    } })
}

fn record(entries: &[Value]) -> Record {
    let dated = |entry: &Value| {
        serde_json::from_value::<Dated>(entry.clone()).unwrap_or_else(|it| panic!("{it}: {entry}"))
    };
    let mut record =
        Record::new("checkout-1".parse().expect("it"), "checkout".parse().expect("it"));
    record.entries = entries.iter().map(dated).collect();
    record
}

fn desk() -> Desk {
    Desk::new("checkout".parse().expect("a name"))
}

fn telling(entries: &[Value]) -> Telling {
    Telling::of(&record(entries), &desk(), at(4000))
}

#[test]
fn a_deployment_is_told_from_its_start_to_its_end() {
    let blue_green = json!({ "blue_green": {} });
    let mut entries = Vec::new();
    let mut told = Vec::new();
    let end = ended(620, "Deployed", "ECS tells that this release serves", GREEN);
    for entry in launched(&blue_green, "mona", "receipts").into_iter().chain([
        judged(30, "proceed", "all is well at POST_TEST_TRAFFIC_SHIFT", 0.0, &Value::Null),
        proceeded(31),
        judged(35, "wait", "watched for 10m more", 100.0, &Value::Null),
        end,
    ]) {
        entries.push(entry);
        let telling = telling(&entries);
        told.push((telling.standing(), telling.why.clone(), telling.share, telling.presses));
    }
    told.dedup();

    let hold = vec![Hold];
    let may = vec![RollBack, Hold];
    let line = |standing: &str, why: &str, share, presses: &[Press]| {
        (standing.to_owned(), why.to_owned(), share, presses.to_vec())
    };
    assert_eq!(
        told,
        [
            line("waiting", "it waits for its turn", None, &hold),
            line("waiting", "it is asked whether anything speaks against it", None, &hold),
            line("under way", "ECS is told to begin", None, &may),
            line("under way", "green is starting", Some(0.0), &may),
            line("under way", "all is well at POST_TEST_TRAFFIC_SHIFT", Some(0.0), &may),
            line("under way", "all is well, ECS goes on", Some(100.0), &may),
            line("under way", "watched for 10m more", Some(100.0), &may),
            line("Deployed", "ECS tells that this release serves", Some(100.0), &[]),
        ]
    );
}

#[test]
fn a_shift_in_steps_is_told_with_the_share_that_comes_next() {
    for (strategy, shares) in [
        (json!({ "canary": { "percent": 10, "hold": 60 } }), [0.0, 10.0, 100.0, 100.0]),
        (json!({ "linear": { "step": 50, "hold": 60 } }), [0.0, 50.0, 100.0, 100.0]),
    ] {
        let mut entries = launched(&strategy, "mona", "");
        let mut seen = 0.0;
        let mut told = Vec::new();
        for second in [30, 40, 50, 60] {
            entries.push(judged(second, "proceed", "all is well", seen, &Value::Null));
            entries.push(proceeded(second));
            seen = telling(&entries).share.expect("a share");
            told.push(seen);
        }
        assert_eq!(told, shares, "{strategy}");
    }
}

#[test]
fn who_is_asked_may_press_and_nobody_is_after_the_answer() {
    let asks = json!({
        "about": "approval", "why": "waits for 1 more to approve of cy", "of": ["cy"],
        "since": at(30), "until": at(14_430)
    });
    let mut entries = launched(&json!({ "blue_green": {} }), "mona", "receipts");
    entries.push(judged(30, "wait", "waits for 1 more to approve of cy", 0.0, &asks));

    let asked = telling(&entries);
    assert_eq!(asked.presses, [Approve, Reject, Hold]);
    assert!(asked.calls());

    entries.push(judged(60, "proceed", "approved by cy", 0.0, &Value::Null));
    entries.push(proceeded(61));
    let answered = telling(&entries);
    assert_eq!(answered.presses, [RollBack, Hold]);
    assert!(!answered.calls());
    assert_ne!(asked.face(), answered.face());
}

#[test]
fn after_the_end_one_may_go_back_within_the_window_or_release_the_quarantine() {
    let mut entries = launched(&json!({ "blue_green": {} }), "mona", "receipts");
    entries.push(ended(620, "Deployed", "ECS tells that this release serves", GREEN));
    let deployed = serde_json::from_value(json!({
        "deployment": "checkout-1", "digest": GREEN, "height": { "version": "1.4.2", "pushed_at": at(0) },
        "liability": { "began": at(4), "until": at(4220), "alarms": [] }
    }));
    let served = Desk { deployed: Some(deployed.expect("it")), ..desk() };
    let presses = |desk: &Desk, now| Telling::of(&record(&entries), desk, now).presses;
    assert_eq!(presses(&served, at(4220)), [RollBack]);
    assert_eq!(presses(&served, at(4221)), []);
    assert_eq!(presses(&desk(), at(700)), [], "another one serves by now");

    entries.pop();
    entries.push(taken_back(600, "5xx rings"));
    entries.push(ended(620, "RolledBack", "5xx rings", BLUE));
    let quarantine = serde_json::from_value(json!({
        "digest": GREEN, "why": "5xx rings", "since": at(620), "until": at(9000)
    }));
    let barred = desk().quarantine(quarantine.expect("it"));
    let told = Telling::of(&record(&entries), &barred, at(700));
    assert_eq!((told.presses, told.share), (vec![ReleaseQuarantine], Some(0.0)));
}

#[test]
fn an_end_says_what_serves_what_happened_why_and_what_to_type() {
    let mut entries = launched(&json!({ "blue_green": {} }), "mona", "receipts");
    entries.push(taken_back(600, "alarm checkout-5xx rings since 03:09"));
    entries.push(ended(620, "RolledBack", "alarm checkout-5xx rings since 03:09", BLUE));
    let quarantine = serde_json::from_value(json!({
        "digest": GREEN, "why": "5xx rings", "since": at(620), "until": at(9000)
    }));
    let mut desk = desk().quarantine(quarantine.expect("it"));
    let blue = BLUE.parse().expect("a digest");
    let known = serde_json::from_value(json!({ "digest": BLUE, "tag": "v1.4.1" }));
    desk.releases.put(known.expect("a release"), Some(&blue), false);
    let told = Telling::of(&record(&entries), &desk, at(700));

    assert_eq!(
        plain(&told),
        "\
RolledBack: checkout v1.4.2 (0a1b2c3d4e5f)
  serves  v1.4.1 (09701a1e04c7)
  why     alarm checkout-5xx rings since 03:09
  by      mona (push): receipts
  when    2026-03-01 03:10:20 UTC, after 10m 20s
  name    checkout-1
  type    cutover release-quarantine checkout checkout-1 --reason \"…\"
"
    );
    let story: Vec<_> = told.story.iter().map(ToString::to_string).collect();
    assert_eq!(
        story,
        [
            "03:00:05 told ECS to begin",
            "03:10:00 told ECS to go back: alarm checkout-5xx rings since 03:09",
            "03:10:20 RolledBack: alarm checkout-5xx rings since 03:09",
        ]
    );
}

#[test]
fn whatever_others_wrote_an_end_has_at_most_twelve_lines() {
    for hostile in [
        "<!channel> *bold* `code` @everyone\n\n\nsecond line",
        "\u{202e}evil\u{7}\u{1b}[2J",
        "リリース\r\nرسائل",
        &"x\n".repeat(500_000),
    ] {
        let mut entries = launched(&json!({ "blue_green": {} }), hostile, hostile);
        entries.push(taken_back(600, hostile));
        entries.push(ended(620, "Stuck", hostile, BLUE));
        let telling = telling(&entries);
        let text = plain(&telling);

        assert!(text.lines().count() <= 12, "{text}");
        assert!(text.len() < 4_000, "{}", text.len());
        let odd = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(odd), "{text:?}");
        assert_eq!(telling.severity(), Severity::Page);
    }
}

#[test]
fn lines_that_were_told_stay_whatever_comes_after() {
    let mut entries = launched(&json!({ "blue_green": {} }), "mona", "receipts");
    entries.push(judged(30, "proceed", "all is well", 0.0, &Value::Null));
    entries.push(proceeded(31));
    entries.push(taken_back(600, "5xx rings"));
    entries.push(ended(620, "RolledBack", "5xx rings", BLUE));

    let mut before = Vec::new();
    for most in 1..=entries.len() {
        let story = telling(&entries[..most]).story;
        assert!(story.starts_with(&before), "{story:?} after {before:?}");
        before = story;
    }
    assert_eq!(before.len(), 4);
}

#[test]
fn what_was_refused_before_it_was_planned_is_told_all_the_same() {
    let request = json!({ "service": "checkout", "tag": "main", "cause": "push", "by": "mona" });
    let told = telling(&[
        json!({ "at": at(0), "what": "requested", "request": request }),
        json!({ "at": at(1), "what": "ended", "outcome": {
            "deployment": "checkout-1", "service": "checkout", "end": "Refused",
            "why": "no such tag", "settled": false, "at": at(1)
        } }),
    ]);

    assert_eq!((told.title.as_str(), told.severity()), ("checkout main", Severity::Warning));
    assert_eq!((told.share, told.serves.as_deref()), (None, None));
}

#[test]
fn a_thread_is_told_what_is_new_and_nothing_twice() {
    let mut entries = launched(&json!({ "blue_green": {} }), "mona", "receipts");
    let mut thread = Thread::new("checkout-1".parse().expect("it"), Medium::Slack);
    let mut sent = Vec::new();
    let mut tell = |entries: &[Value]| {
        let told = telling(entries);
        while let Some(message) = thread.next(&told) {
            thread = thread.clone().sent(&message, &told, "1.0".into());
            sent.push(match message {
                Message::First => "first".to_owned(),
                Message::Changed(of) => format!("{of} changed"),
                Message::Below(of, lines) => format!("{} below {of}", lines.len()),
            });
        }
    };
    tell(&entries);
    tell(&entries);
    entries.push(taken_back(600, "5xx rings"));
    entries.push(ended(620, "RolledBack", "5xx rings", BLUE));
    tell(&entries);

    assert_eq!(sent, ["first", "1 below 1.0", "1.0 changed", "2 below 1.0"]);
}

#[test]
fn a_turn_that_was_never_finished_is_taken_over_after_a_minute() {
    let thread = Thread::new("checkout-1".parse().expect("it"), Medium::Slack);
    let thread = thread.given("one", at(10), true);

    assert_eq!(thread.taken(at(69)).map(|turn| turn.by.as_str()), Some("one"));
    assert_eq!(thread.taken(at(70)), None);
    assert_eq!(thread.free().taken(at(11)), None);
}
