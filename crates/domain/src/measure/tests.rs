//! What is measured of deployments whose moments are known, in seconds from the push.

use super::*;
use crate::record::Dated;
use crate::seconds::Seconds;
use jiff::Timestamp;
use serde_json::{Value, json};

const ARN: &str = "arn:aws:ecs:local:0:x/checkout:2";

fn at(second: i64) -> Timestamp {
    let beginning: Timestamp = "2026-03-01T03:00:00Z".parse().expect("a moment");
    Timestamp::from_second(beginning.as_second() + second).expect("a moment")
}

/// What every deployment has that was launched: planned at 10, granted the lease at 40, launched
/// at 50, with pauses at these stages.
fn launched(cause: &str, stages: &[&str]) -> Vec<Value> {
    let request = json!({ "service": "checkout", "tag": "v1.4.2", "cause": cause, "at": at(0) });
    let pauses: Vec<_> =
        stages.iter().map(|stage| json!({ "stage": stage, "hold": 0, "gives_up": 1800 })).collect();
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": "*" },
        "cluster": "shop", "strategy": { "blue_green": {} }
    });
    let plan = json!({
        "deployment": "checkout-1", "service": document, "tag": "v1.4.2", "cause": cause,
        "digest": format!("sha256:{}", "aa".repeat(32)),
        "height": { "version": "1.4.2", "pushed_at": at(0) }, "at": at(10), "pauses": pauses
    });
    let lease = json!({
        "service": "checkout", "holder": "checkout-1", "token": 1, "expires_at": LEASE.after(at(40))
    });
    vec![
        json!({ "at": at(10), "what": "requested", "request": request }),
        json!({ "at": at(10), "what": "planned", "plan": plan }),
        // Its replicas had to catch up first.
        json!({ "at": at(45), "what": "claimed", "lease": lease }),
        json!({ "at": at(50), "what": "launched", "rollout": ARN }),
    ]
}

const LEASE: Seconds = crate::desk::LEASE;
const BLUE_GREEN: [&str; 2] = ["POST_TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"];
const CANARY: [&str; 3] =
    ["POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"];

/// A look at a pause, or between two.
fn judged(second: i64, stage: Option<&str>, share: f64, hook: Option<&str>) -> Value {
    let decision = if hook.is_some() { "proceed" } else { "wait" };
    let says = if share > 0.0 { "pending" } else { "pass" };
    json!({ "at": at(second), "what": "judged", "verdict": {
        "decision": decision, "hook": hook, "stage": stage, "why": "so", "share": share,
        "findings": [
            { "check": "smoke GET /healthz", "says": "pass", "measured": "200" },
            { "check": "smoke GET /readyz", "says": "pass", "measured": "200" },
            { "check": "targets", "says": says, "measured": "as they are" }
        ],
        "watch": { "seen": null, "seconds": 300 }
    } })
}

fn proceeded(second: i64, hook: &str) -> Value {
    json!({ "at": at(second), "what": "proceeded", "hook": hook })
}

fn taken_back(second: i64, fault: bool) -> Value {
    let back = json!({ "since": at(second), "why": "so", "fault": fault });
    json!({ "at": at(second), "what": "taken_back", "back": back })
}

fn ended(second: i64, cause: &str, end: &str) -> Value {
    json!({ "at": at(second), "what": "ended", "outcome": {
        "deployment": "checkout-1", "service": "checkout", "end": end, "why": "so",
        "settled": end == "Deployed", "cause": cause, "at": at(second)
    } })
}

fn record(name: &str, entries: &[Vec<Value>]) -> Record {
    let mut record = Record::new(name.parse().expect("it"), "checkout".parse().expect("it"));
    let entries = entries.iter().flatten().cloned();
    record.entries = entries.map(|it| serde_json::from_value::<Dated>(it).expect("it")).collect();
    record
}

/// A push up to the pause after production moved, which is at 120.
fn in_production() -> Vec<Value> {
    let mut entries = launched("push", &BLUE_GREEN);
    entries.extend([
        judged(110, Some(BLUE_GREEN[0]), 0.0, Some("first")),
        proceeded(111, "first"),
        judged(120, Some(BLUE_GREEN[1]), 100.0, None),
    ]);
    entries
}

fn good() -> Record {
    let end = vec![
        judged(720, Some(BLUE_GREEN[1]), 100.0, Some("last")),
        proceeded(721, "last"),
        judged(729, None, 100.0, None),
        ended(730, "push", "Deployed"),
    ];
    record("checkout-1", &[in_production(), end])
}

fn way_back(end: &str) -> Record {
    let entries = vec![
        judged(1950, Some(BLUE_GREEN[0]), 0.0, Some("first")),
        proceeded(1951, "first"),
        ended(2000, "rollback", end),
    ];
    record("checkout-2", &[launched("rollback", &BLUE_GREEN[..1]), entries])
}

/// What was measured, as `what labels: value`, but for stages and verdicts.
fn told(record: &Record, left: Option<&Record>) -> Vec<String> {
    let measures = of(record, left).into_iter();
    let measures = measures.filter(|it| !matches!(it.what, What::StageTime | What::Verdicts));
    measures.map(|it| line(&it)).collect()
}

fn line(measure: &Measure) -> String {
    format!("{:?} {}: {}", measure.what, measure.labels.join(" "), measure.value)
}

#[test]
fn a_good_push_is_a_change_and_took_until_all_of_production_was_on_it() {
    assert_eq!(
        told(&good(), None),
        ["Deployments checkout push Deployed: 1", "Changes checkout: 1", "LeadTime checkout: 120"]
    );
}

#[test]
fn its_stages_add_up_to_the_time_from_its_plan_to_its_end() {
    let measures = of(&good(), None).into_iter();
    let stages: Vec<_> = measures.filter(|it| it.what == What::StageTime).collect();

    let together: f64 = stages.iter().map(|it| it.value).sum();
    assert!((together - 720.0).abs() < 1e-9, "{together}");
    let stages: Vec<_> = stages.iter().map(line).collect();
    assert_eq!(
        stages,
        [
            "StageTime queue: 30",
            "StageTime check: 10",
            "StageTime start: 60",
            "StageTime test: 1",
            "StageTime move: 18",
            "StageTime bake: 601",
        ]
    );
}

#[test]
fn checks_are_counted_by_kind_and_answer_look_by_look() {
    let measures = of(&good(), None).into_iter();
    let verdicts: Vec<_> =
        measures.filter(|it| it.what == What::Verdicts).map(|it| line(&it)).collect();

    assert_eq!(
        verdicts,
        ["Verdicts smoke pass: 8", "Verdicts targets pass: 1", "Verdicts targets pending: 3"]
    );
}

#[test]
fn what_is_taken_back_from_production_has_failed_until_it_is_back() {
    let end = vec![taken_back(300, true), ended(310, "push", "RolledBack")];
    let record = record("checkout-1", &[in_production(), end]);

    assert_eq!(
        told(&record, None),
        [
            "Deployments checkout push RolledBack: 1",
            "Changes checkout: 1",
            "ChangeFailures checkout: 1",
            "TimeToRestore checkout: 199",
        ],
        "production was moved at 111"
    );
    let back = of(&record, None).into_iter().find(|it| it.labels == ["back"]);
    assert_eq!(back.map(|it| line(&it)).as_deref(), Some("StageTime back: 10"));
}

#[test]
fn what_makes_way_for_another_has_not_failed() {
    let end = vec![taken_back(300, false), ended(310, "push", "RolledBack")];
    let record = record("checkout-1", &[in_production(), end]);

    assert_eq!(
        told(&record, None),
        ["Deployments checkout push RolledBack: 1", "Changes checkout: 1"]
    );
}

#[test]
fn what_ecs_took_back_by_itself_has_failed_and_what_is_stuck_is_not_restored() {
    let by_ecs = record("checkout-1", &[in_production(), vec![ended(310, "push", "RolledBack")]]);
    assert_eq!(
        told(&by_ecs, None)[2..],
        ["ChangeFailures checkout: 1", "TimeToRestore checkout: 199"]
    );

    let stuck = vec![taken_back(300, false), ended(310, "push", "Stuck")];
    let stuck = record("checkout-1", &[in_production(), stuck]);
    assert_eq!(told(&stuck, None)[2..], ["ChangeFailures checkout: 1"]);
}

#[test]
fn what_production_never_saw_is_no_change() {
    let end = vec![
        judged(110, Some(BLUE_GREEN[0]), 0.0, None),
        taken_back(140, true),
        ended(150, "push", "RolledBack"),
    ];
    let taken_back = record("checkout-1", &[launched("push", &BLUE_GREEN), end]);
    assert_eq!(told(&taken_back, None), ["Deployments checkout push RolledBack: 1"]);

    let refused = record("checkout-1", &[vec![ended(10, "manual", "Refused")]]);
    assert_eq!(
        of(&refused, None).iter().map(line).collect::<Vec<_>>(),
        ["Deployments checkout manual Refused: 1"]
    );
}

#[test]
fn before_the_first_step_of_a_canary_production_saw_nothing() {
    let tested = vec![judged(110, Some(CANARY[0]), 0.0, Some("first")), proceeded(111, "first")];
    let stepped = vec![judged(112, Some(CANARY[1]), 0.0, Some("second")), proceeded(113, "second")];
    let end = vec![taken_back(120, true), ended(133, "push", "RolledBack")];

    let unseen = record("checkout-1", &[launched("push", &CANARY), tested.clone(), end.clone()]);
    assert_eq!(told(&unseen, None), ["Deployments checkout push RolledBack: 1"]);

    let seen = record("checkout-1", &[launched("push", &CANARY), tested, stepped, end]);
    assert_eq!(
        told(&seen, None)[2..],
        ["ChangeFailures checkout: 1", "TimeToRestore checkout: 20"]
    );
}

#[test]
fn without_pauses_a_change_is_seen_where_it_is_found_in_production() {
    let looks = vec![judged(60, None, 0.0, None), judged(80, None, 50.0, None)];
    let end = vec![ended(100, "push", "RolledBack")];
    let rolling = record("checkout-1", &[launched("push", &[]), looks, end]);

    assert_eq!(
        told(&rolling, None)[2..],
        ["ChangeFailures checkout: 1", "TimeToRestore checkout: 20"]
    );
}

#[test]
fn a_way_back_is_no_change_and_tells_that_what_it_leaves_has_failed() {
    let (left, back) = (good(), way_back("Deployed"));
    assert_eq!(
        told(&back, Some(&left)),
        [
            "Deployments checkout rollback Deployed: 1",
            "ChangeFailures checkout: 1",
            "TimeToRestore checkout: 1889",
        ]
    );

    let nothing_more = ["Deployments checkout rollback Deployed: 1"];
    assert_eq!(told(&back, None), nothing_more, "it is not known what it leaves");
    assert_eq!(told(&back, Some(&back)), nothing_more, "it does not leave itself");
    let further = Record { deployment: "checkout-3".parse().expect("it"), ..back.clone() };
    assert_eq!(told(&further, Some(&back)), nothing_more, "a way back is no change");
    assert_eq!(told(&way_back("Stuck"), Some(&left)), ["Deployments checkout rollback Stuck: 1"]);
}

#[test]
fn only_of_a_push_it_is_known_how_long_a_change_took() {
    let mut entries = launched("manual", &BLUE_GREEN);
    entries.extend([judged(120, None, 100.0, None), ended(130, "manual", "Deployed")]);

    assert_eq!(
        told(&record("checkout-1", &[entries]), None),
        ["Deployments checkout manual Deployed: 1", "Changes checkout: 1"]
    );
}

#[test]
fn what_has_not_ended_is_not_measured() {
    assert_eq!(of(&record("checkout-1", &[in_production()]), None), []);
}

#[test]
fn the_four_measures_of_a_while() {
    let refused = record("checkout-0", &[vec![ended(5, "push", "Refused")]]);
    let end = vec![taken_back(3000, true), ended(3010, "push", "RolledBack")];
    let fell = record("checkout-3", &[in_production(), end]);
    let records = [fell, way_back("Deployed"), good(), refused];

    assert_eq!(
        four(&records, at(0)),
        Four {
            deployed: 1,
            changes: 2,
            failures: 2,
            lead_time: Some(Seconds(120)),
            // 1,889 and 2,899 seconds: of two the longer.
            time_to_restore: Some(Seconds(2_899)),
        }
    );
    // What a way back leaves may be older.
    let late = four(&records, at(2_000));
    assert_eq!((late.deployed, late.changes, late.failures), (0, 1, 2));
    assert_eq!(four(&records, at(9_000)), four(&[], at(0)));
}
