//! What is planned, and what is refused.

use super::*;
use crate::desk::Deployed;
use crate::quarantine::{QUARANTINE, Quarantine};
use serde_json::json;

fn digest(byte: &str) -> Digest {
    format!("sha256:{}", byte.repeat(32)).parse().unwrap()
}

fn service() -> ServiceDocument {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
        "cluster": "shop", "strategy": { "blue_green": {} }
    });
    ServiceDocument::read(&document.to_string()).unwrap()
}

fn plan(request: &serde_json::Value, found: &str, desk: &Desk) -> Result<Plan, Failure> {
    let request: Request = serde_json::from_value(request.clone()).unwrap();
    let name = "checkout-1".parse().unwrap();
    Plan::decide(name, service(), &request, digest(found), desk, Timestamp::UNIX_EPOCH)
}

#[test]
fn what_may_not_be_deployed_is_refused_with_the_reason() {
    let mut desk = Desk::new("checkout".parse().unwrap());
    desk.deployed = Some(Deployed {
        deployment: "checkout-0".parse().unwrap(),
        digest: digest("cc"),
        tag: None,
        blue: None,
        liability: None,
        height: service().tags.height("v1.5.0".parse().ok().as_ref(), Timestamp::UNIX_EPOCH),
    });
    let quarantine = Quarantine {
        digest: digest("ee"),
        why: "alarm checkout-errors rings".into(),
        by: None,
        deployment: None,
        since: Timestamp::UNIX_EPOCH,
        until: QUARANTINE.after(Timestamp::UNIX_EPOCH),
    };
    let desk = desk.quarantine(quarantine);
    let push = |tag: &str, digest: &str| {
        json!({ "service": "checkout", "tag": tag, "cause": "push",
                "digest": format!("sha256:{}", digest.repeat(32)) })
    };

    for (request, found, refused) in [
        (push("v1.6.0", "aa"), "aa", None),
        (push("v0.9.0", "aa"), "aa", Some("version 0.9.0 is not in the range")),
        (push("nightly", "aa"), "aa", Some("is no semantic version")),
        (push("v1.6.0", "aa"), "bb", Some("points to bbbbbbbbbbbb by now, not to aaaaaaaaaaaa")),
        (push("v1.4.0", "aa"), "aa", Some("older than what was deployed last (1.5.0)")),
        (push("v1.6.0", "ee"), "ee", Some("eeeeeeeeeeee is in quarantine since")),
        (json!({ "service": "checkout", "tag": "v1.6.0" }), "ee", Some("is in quarantine")),
        (json!({ "service": "checkout", "tag": "v1.4.0" }), "aa", None),
        (json!({ "service": "checkout", "tag": "v1.4.0", "cause": "rollback" }), "aa", None),
    ] {
        let planned = plan(&request, found, &desk);
        match refused {
            None => assert!(planned.is_ok(), "{request}: {planned:?}"),
            Some(why) => {
                let failure = planned.expect_err("must be refused");
                assert_eq!(failure.name(), "Refused");
                assert!(failure.to_string().contains(why), "{request}: {failure}");
            }
        }
    }
}

#[test]
fn only_a_person_who_says_why_goes_past_an_alarm() {
    let desk = Desk::new("checkout".parse().unwrap());
    let ask = |cause: &str, why: &str| {
        let request = json!({
            "service": "checkout", "tag": "v1.6.0", "cause": cause, "fix_forward": why
        });
        plan(&request, "aa", &desk)
    };

    let planned = ask("manual", "mends the totals").unwrap();
    assert_eq!(planned.fix_forward.as_deref(), Some("mends the totals"));
    for (cause, why, says) in [
        ("manual", "  ", "say in `fix_forward` why"),
        ("push", "mends", "and this is a push"),
        ("template", "mends", "and this is a template"),
        ("rollback", "mends", "and this is a rollback"),
    ] {
        let failure = ask(cause, why).unwrap_err();
        assert_eq!(failure.name(), "Invalid");
        assert!(failure.to_string().contains(says), "{failure}");
    }
}

#[test]
fn a_way_back_goes_all_at_once_and_asks_only_whether_its_tasks_are_healthy() {
    let mut service = service();
    service.strategy = serde_json::from_value(json!({ "canary": { "percent": 10, "hold": "5m" } }))
        .expect("a strategy");
    service.checks.alarms = vec!["checkout-errors".into()];
    let replicas = serde_json::from_value(json!({ "instances": ["orders-replica"] }));
    service.checks.replicas = Some(replicas.expect("replicas"));
    let migration = serde_json::from_value(json!({ "command": ["./migrate"] }));
    service.migration = Some(migration.expect("a migration"));
    let way = |cause: &str| {
        let request = json!({ "service": "checkout", "tag": "v1.4.0", "cause": cause });
        let request: Request = serde_json::from_value(request).expect("a request");
        let desk = Desk::new("checkout".parse().expect("a name"));
        let name = "checkout-1".parse().expect("a name");
        Plan::decide(name, service.clone(), &request, digest("aa"), &desk, Timestamp::UNIX_EPOCH)
            .expect("a plan")
    };

    let (forth, back) = (way("manual"), way("rollback"));

    assert_eq!((forth.pauses.len(), forth.alarms().len()), (3, 1));
    assert!(matches!(forth.strategy(), Strategy::Canary { .. }));
    assert_eq!((back.pauses.len(), back.alarms().len()), (1, 0));
    assert!(forth.replicas().is_some() && back.replicas().is_none());
    assert!(forth.migrates && !back.migrates && back.migration().is_none());
    assert_eq!(back.pauses[0].stage, crate::strategy::Stage::PostTestTrafficShift);
    assert!(matches!(back.strategy(), Strategy::BlueGreen {}));
    let now = Timestamp::UNIX_EPOCH;
    assert!(
        forth
            .liability(now, now)
            .is_some_and(|it| it.until == now + jiff::SignedDuration::from_hours(1))
    );
    assert_eq!(back.liability(now, now), None);
}
