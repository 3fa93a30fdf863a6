//! What stands in the way of a deployment, and what only has it wait.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::comparison::{Comparison, Count, Period};
use crate::freeze::FreezeByHand;
use crate::seconds::Seconds;

fn now() -> Timestamp {
    "2026-05-04T09:12:20Z".parse().unwrap()
}

fn service(busy: &str) -> ServiceDocument {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
        "cluster": "shop", "strategy": { "blue_green": {} }, "when_busy": busy
    });
    ServiceDocument::read(&document.to_string()).unwrap()
}

fn blue(in_progress: bool) -> Serving {
    let rollout = "arn:aws:ecs:x:1:service-deployment/shop/checkout/7";
    Serving {
        task_definition: "arn:aws:ecs:x:1:task-definition/checkout:1".parse().unwrap(),
        revision: None,
        digest: Some(format!("sha256:{}", "bb".repeat(32)).parse().unwrap()),
        desired: 2,
        running: 2,
        in_progress: in_progress.then(|| rollout.parse().unwrap()),
    }
}

fn plan(name: &str, tag: &str, busy: &str) -> Plan {
    let service = service(busy);
    let reference = tag.parse().unwrap();
    let request = Request::thought_of(&service, Some(&reference), &blue(false), now());
    let found = format!("sha256:{}", "aa".repeat(32)).parse().unwrap();
    let desk = Desk::new(service.name.clone());
    Plan::decide(name.parse().unwrap(), service, &request, found, &desk, now()).unwrap()
}

/// What v1.1.0 meets, with what serves and at this desk.
fn meets(desk: Desk, blue: Serving, busy: &str) -> Outlook {
    let plan = plan("checkout-2", "v1.1.0", busy);
    let request = Request::thought_of(&plan.service, None, &blue, now());
    let mut outlook = Outlook::of(plan.service.clone(), &request, now());
    let facts = Facts { blue, alarms: vec![], alerts: vec![], ground: None };
    outlook.meet(&plan, facts, desk, now());
    outlook
}

fn free() -> Desk {
    Desk::new("checkout".parse().unwrap())
}

/// A desk at which v1.0.0 is being deployed.
fn busy() -> Desk {
    let waiter = plan("checkout-1", "v1.0.0", "queue").waiter("token".parse().unwrap());
    free().claim(waiter, false, now()).0
}

#[test]
fn nothing_in_the_way_is_told_as_nothing() {
    let outlook = meets(free(), blue(false), "queue");

    assert_eq!(outlook.title, "checkout v1.1.0 (aaaaaaaaaaaa)");
    assert_eq!((outlook.waits, outlook.objections), (None, vec![]));
}

#[test]
fn who_works_is_waited_for_and_is_no_objection() {
    let queues = meets(busy(), blue(true), "queue");
    let supersedes = meets(busy(), blue(true), "supersede");
    let rejects = meets(busy(), blue(true), "reject");

    assert_eq!(queues.waits.as_deref(), Some("checkout-1 is under way"));
    assert_eq!(supersedes.waits.as_deref(), Some("checkout-1 is under way and gives way to it"));
    // The deployment that ECS has in progress is that of checkout-1.
    assert_eq!((&queues.objections, &supersedes.objections), (&vec![], &vec![]));
    assert!(rejects.objections[0].contains("when_busy: reject"), "{rejects:?}");
    // Nobody here began this one.
    let others = meets(free(), blue(true), "queue");
    assert!(others.objections[0].contains("that Cutover did not start"), "{others:?}");
}

#[test]
fn a_freeze_is_waited_for_whoever_froze_the_service() {
    let ask = FreezeByHand {
        service: "checkout".parse().unwrap(),
        length: Some(Seconds(3600)),
        by: None,
        reason: "the fair".into(),
    };
    let (frozen, _) = free().freeze_by_hand(&ask, &[], now());
    let destroyed: Value = json!({ "frozen": { "why": "it was destroyed", "since": now() } });
    let barred = Desk { terraform: Some(serde_json::from_value(destroyed).unwrap()), ..free() };

    for (desk, why) in [(frozen, "the fair"), (barred, "it was destroyed")] {
        let outlook = meets(desk, blue(false), "queue");
        assert!(outlook.waits.as_ref().is_some_and(|told| told.contains(why)), "{outlook:?}");
        assert_eq!(outlook.objections, [] as [String; 0]);
    }
}

#[test]
fn a_release_is_named_by_tag_or_digest() {
    let digest = format!("sha256:{}", "aa".repeat(32));
    for text in ["v1.4.2", "main", &digest] {
        let reference: Reference = text.parse().unwrap();
        assert_eq!(reference.to_string(), text);
        assert_eq!(matches!(reference, Reference::Digest(_)), text == digest);
    }
    for wrong in ["", "sha256:aa", "checkout:v1", "a tag"] {
        assert!(wrong.parse::<Reference>().is_err(), "{wrong}");
    }
}

#[test]
fn green_is_told_how_much_traffic_it_would_need() {
    let compare = MetricCheck::Compare(Comparison::default());
    let lately = |requests, errors| {
        let green = Count { requests, errors };
        let told = Ok(Measured::Periods(vec![Period { blue: Count::default(), green }]));
        let mut outlook = meets(free(), blue(false), "queue");
        outlook.read(&[(compare.clone(), told)]);
        outlook.findings.remove(0)
    };

    let busy = lately(1_000_000, 10_000);
    assert_eq!(busy.says, crate::finding::Says::Pass);
    assert!(busy.measured.starts_with("blue 1.00% of 1000000 lately; about "), "{busy}");
    assert_eq!(lately(0, 0).measured, "no requests lately, without which no green passes");
    let few = lately(3, 0);
    assert_eq!(few.measured, "blue 0.00% of 3 lately, too few to tell by", "{few}");
}
