//! What is told of a deployment is what happens in it, and what it costs is counted.

use domain::outcome::End;
use serde_json::{Value, json};

use super::*;

fn service(change: impl FnOnce(&mut Value)) -> ServiceDocument {
    let mut document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=2.1, <3" },
        "cluster": "shop", "strategy": { "blue_green": {} }, "bake": "10m",
        "checks": {
            "smoke": [{ "path": "/healthz", "status": 204 }, { "path": "/", "contains": "shop" }],
            "alarms": ["checkout-5xx"]
        }
    });
    change(&mut document);
    ServiceDocument::read(&document.to_string()).expect("a good document")
}

fn preview(change: impl FnOnce(&mut Value)) -> Preview {
    Preview::of(service(change)).expect("a preview")
}

#[test]
fn a_deployment_with_a_ten_minute_bake_costs_less_than_a_cent() {
    let preview = preview(|_| {});

    assert_eq!(preview.rehearsal.outcome.end, End::Deployed);
    assert!(preview.bill.total <= 0.01, "{:?}", preview.bill);
    // The pauses, the bake of five waits and a minute until green stands.
    assert_eq!(preview.rehearsal.transitions["deployment"], 35);
    assert_eq!(preview.rehearsal.took, Seconds::minutes(11));
}

#[test]
fn whoever_asks_for_more_pays_more() {
    let usual = preview(|_| {}).bill;
    let more = |change: fn(&mut Value)| preview(change).bill;

    for (more, name) in [
        (more(|it| it["bake"] = json!("1h")), "a longer bake"),
        (more(|it| it["strategy"] = json!({ "canary": { "percent": 10, "hold": "5m" } })), "steps"),
        (more(|it| it["checks"]["smoke"][0]["within_ms"] = json!(60_000)), "slow answers"),
    ] {
        assert!(more.total > usual.total, "{name}: {} and {}", more.total, usual.total);
    }
    let without = more(|it| it["checks"]["alarms"] = json!([]));
    assert!(without.total < usual.total, "no alarms: {} and {}", without.total, usual.total);
}

#[test]
fn a_longer_bake_is_more_looks_not_another_price() {
    let (short, long) = (preview(|_| {}), preview(|it| it["bake"] = json!("1h")));

    let looks = |preview: &Preview| preview.rehearsal.steps["judge"];
    // Looks at a bake of an hour are five minutes apart: twelve instead of five.
    assert_eq!(looks(&long) - looks(&short), 7);
    let transitions = |preview: &Preview| preview.rehearsal.transitions["deployment"];
    assert_eq!(transitions(&long) - transitions(&short), 7 * 3, "Watch, Judge, Verdict");
}

#[test]
fn every_pause_that_is_told_is_answered_once_in_the_rehearsal() {
    for strategy in [
        json!({ "blue_green": {} }),
        json!({ "canary": { "percent": 10, "hold": "5m" } }),
        json!({ "canary": { "percent": 100, "hold": "1m" } }),
        json!({ "linear": { "step": 25, "hold": "5m" } }),
        json!({ "linear": { "step": 30, "hold": "1m" } }),
        json!({ "linear": { "step": 3, "hold": "1m" } }),
        json!({ "linear": { "step": 100, "hold": "1m" } }),
        json!({ "rolling": {} }),
    ] {
        let preview = preview(|it| {
            it["strategy"] = strategy.clone();
            if strategy.get("rolling").is_some() {
                it["checks"]["smoke"] = json!([]);
            }
        });

        assert!(preview.is_good(), "{strategy}: {:?}", preview.rehearsal.outcome);
        let told = preview.stages.iter().filter(|stage| stage.pause.is_some());
        let told: u32 = told.map(|stage| stage.times).sum();
        assert_eq!(preview.rehearsal.answers().len(), told as usize, "{strategy}");
        let (least, most) = preview.lasts();
        assert!(least <= preview.rehearsal.took, "{strategy}");
        assert!(most.is_none_or(|most| preview.rehearsal.took <= most), "{strategy}");
        let highest = preview.rehearsal.shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
        assert!((highest - 100.0).abs() < f64::EPSILON, "{strategy}: {highest}");
    }
}

#[test]
fn a_migration_is_a_stage_of_its_own_and_a_task_more() {
    let usual = preview(|_| {});
    let preview = preview(|it| {
        it["migration"] = json!({ "command": ["./migrate", "up"], "within": "10m" });
    });

    assert!(preview.is_good(), "{:?}", preview.rehearsal.outcome);
    assert_eq!(preview.stages[0].what, "the migration runs");
    assert_eq!(preview.stages[0].at_most, Some(Seconds::minutes(10)));
    assert!(preview.bill.total > usual.bill.total);
    let told = preview.lines().join("\n");
    assert!(told.contains("The migration is a task of its own"), "{told}");
}

#[test]
fn what_never_ends_well_is_told_so() {
    // 33 steps of 23 hours are longer than the 30 days that ECS and Step Functions allow.
    let preview = preview(|it| it["strategy"] = json!({ "linear": { "step": 3, "hold": "23h" } }));

    assert!(!preview.is_good());
    let told = preview.lines().join("\n");
    assert!(
        told.contains("In rehearsal nothing goes wrong, and still it ends as RolledBack"),
        "{told}"
    );
}

#[test]
fn a_price_has_a_page_and_a_line_has_an_amount() {
    for line in preview(|_| {}).bill.lines {
        assert!(line.price.page.starts_with("https://aws.amazon.com/"), "{line:?}");
        assert!(line.amount > 0.0 && line.usd > 0.0, "{line:?}");
        assert!((line.usd - line.amount / line.price.per * line.price.usd).abs() < 1e-12);
    }
}

#[test]
fn a_document_may_ask_for_nothing_and_for_much() {
    let nothing = preview(|it| {
        it["bake"] = json!(0);
        it["checks"] = json!({ "within": 0, "start_within": 0 });
    });
    let names: Vec<_> = (0..250).map(|number| format!("\u{1b}alarm {number}")).collect();
    let much = preview(|it| {
        it["bake"] = json!("23h");
        it["checks"]["alarms"] = json!(names);
    });

    assert!(!nothing.lines().is_empty());
    assert!(much.is_good(), "{:?}", much.rehearsal.outcome);
    assert_eq!(
        much.rehearsal.meter.units.alarm_reads,
        3 * much.rehearsal.meter.calls["alarms.states"]
            + much.rehearsal.meter.calls["metrics.computed"]
    );
    // The styles of the title and the picture, and none of a name's own.
    assert!(!much.lines().join("\n").contains("\u{1b}alarm"));
}
