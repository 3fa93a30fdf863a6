//! What is taken back, and what stays.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::desk::{Deployed, Lease};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::record::Entry;
use crate::service::ServiceDocument;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn digest() -> String {
    format!("sha256:{}", "ab".repeat(32))
}

/// A deployment of a service that says `together`, which stands as it ended.
fn begun(service: &str, end: Option<End>) -> Begun {
    of_document(service, end, &json!({ "together": true }))
}

fn of_document(service: &str, end: Option<End>, says: &serde_json::Value) -> Begun {
    let mut document = json!({
        "name": service, "image": "ghcr.io/acme/shop", "tags": { "semver": "*" },
        "cluster": "shop", "strategy": { "blue_green": {} }
    });
    for (field, value) in says.as_object().expect("fields") {
        document[field] = value.clone();
    }
    let document = ServiceDocument::read(&document.to_string()).expect("a document");
    let request = json!({ "service": service, "digest": digest(), "cause": "push" });
    let request = serde_json::from_value(request).expect("a request");
    let name: DeploymentId = format!("{service}-1").parse().expect("a name");
    let mut desk = Desk::new(document.name.clone());

    let mut record = Record::new(name.clone(), document.name.clone());
    let found = digest().parse().expect("a digest");
    let plan = Plan::decide(name, document, &request, found, &desk, NOW).expect("a plan");
    record.append(Entry::Planned { plan: Box::new(plan) }, NOW);
    if let Some(end) = end {
        record.append(Entry::Ended { outcome: outcome(&record, end) }, NOW);
    }
    if end == Some(End::Deployed) {
        desk.deployed = Some(deployed(&format!("{service}-1")));
    }
    Begun { record, desk }
}

fn outcome(record: &Record, end: End) -> Outcome {
    let outcome = json!({
        "deployment": record.deployment, "end": end, "why": "so it came",
        "settled": end == End::Deployed, "at": NOW
    });
    serde_json::from_value(outcome).expect("an outcome")
}

fn deployed(name: &str) -> Deployed {
    let deployed = json!({
        "deployment": name, "digest": digest(), "height": { "version": null, "pushed_at": NOW }
    });
    serde_json::from_value(deployed).expect("what was deployed")
}

fn names(unwinding: &Unwinding) -> Vec<&str> {
    unwinding.returns.iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn what_goes_together_is_taken_back_the_last_first() {
    let release = [
        begun("api", Some(End::Deployed)),
        begun("worker", Some(End::Deployed)),
        begun("web", Some(End::RolledBack)),
        begun("shop", Some(End::Deployed)),
    ];

    let unwinding = unwind(&release, Held::Unsettled);

    assert_eq!(
        names(&unwinding),
        ["shop-1-together", "worker-1-together", "api-1-together"],
        "also what was deployed beside the one that failed"
    );
    assert_eq!(unwinding.why, "web did not settle");
    let back = &unwinding.returns[0].input;
    let reason = "web did not settle, and shop goes together with it";
    assert_eq!(
        (back.service.as_str(), &back.to, back.reason.as_deref()),
        ("shop", &None, Some(reason))
    );
}

#[test]
fn what_must_not_be_taken_back_stays_and_the_reason_is_told() {
    let says = |says| of_document("api", Some(End::Deployed), &says);
    let on_desk = |change: fn(&mut Desk)| {
        let mut begun = begun("api", Some(End::Deployed));
        change(&mut begun.desk);
        begun
    };
    for (stays, why) in [
        (says(json!({})), "its document does not say `together`"),
        (
            says(json!({ "together": true, "on_failure": "hold" })),
            "its document says `on_failure: hold`, a person must decide",
        ),
        (on_desk(|desk| desk.deployed = Some(deployed("api-2"))), "api-2 was deployed since"),
        (
            on_desk(|desk| {
                let (service, holder) = (desk.service.clone(), "api-2".parse().expect("a name"));
                desk.lease = Some(Lease { service, holder, token: 2, expires_at: NOW });
            }),
            "api-2 is under way",
        ),
    ] {
        let unwinding = unwind(&[stays, begun("web", Some(End::Stuck))], Held::Unsettled);

        assert_eq!(names(&unwinding), [""; 0], "{why}");
        let told: Vec<_> =
            unwinding.stay.iter().map(|it| (it.service.as_str(), it.why.as_str())).collect();
        assert_eq!(told, [("api", why)]);
    }
}

#[test]
fn another_execution_that_may_go_on_well_is_left_to_itself() {
    let api = || begun("api", Some(End::Deployed));
    let (on_its_way, failed) = (begun("web", None), begun("web", Some(End::RolledBack)));

    for (web, held, taken_back) in [
        (&on_its_way, Held::Elsewhere, false),
        // Its execution ended without a word; its recovery tells.
        (&on_its_way, Held::Unsettled, true),
        (&failed, Held::Elsewhere, true),
        (&failed, Held::Unsettled, true),
    ] {
        let unwinding = unwind(&[api(), web.clone()], held);
        assert_eq!(!unwinding.returns.is_empty(), taken_back, "{held:?}: {}", unwinding.why);
    }
    assert_eq!(names(&unwind(&[api()], Held::Unsettled)), ["api-1-together"]);
    assert_eq!(names(&unwind(&[api()], Held::Elsewhere)), [""; 0]);
}
