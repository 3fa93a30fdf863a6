//! When people are asked, who is heard, and what comes of it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::desk::{Desk, Watcher};
use crate::failure::Failure;
use crate::plan::Plan;
use crate::service::ServiceDocument;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("a moment")
}

/// A plan that `ben` asked for, of a service with this approval.
fn plan(approval: &Value, cause: &str) -> Plan {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
        "cluster": "shop", "strategy": { "canary": { "percent": 10, "hold": "5m" } },
        "approval": approval
    });
    let request = json!({ "service": "checkout", "tag": "v1.0.0", "cause": cause, "by": "ben" });
    Plan::decide(
        "checkout-1".parse().expect("a name"),
        ServiceDocument::read(&document.to_string()).expect("a document"),
        &serde_json::from_value(request).expect("a request"),
        format!("sha256:{}", "aa".repeat(32)).parse().expect("a digest"),
        &Desk::new("checkout".parse().expect("a name")),
        at(0),
    )
    .expect("nothing speaks against it")
}

fn word(about: About, by: &str, minute: i64) -> Word {
    Word { about, by: by.into(), reason: None, at: at(minute) }
}

/// How the first pause stands, which waits since minute 10.
fn first(plan: &Plan, words: &[Word], now: i64) -> Standing {
    stands(plan, Stage::PostTestTrafficShift, 0.0, Seconds(0), at(10), words, at(now))
}

fn goes_on(standing: &Standing) -> bool {
    matches!(standing, Standing::GoesOn(_))
}

#[test]
fn it_goes_on_when_as_many_agreed_as_are_needed() {
    let plan = plan(&json!({ "of": ["ada", "cy"], "count": 2 }), "push");
    let ada = word(About::Approval, "ada", 11);

    for (words, missing) in [
        (vec![], Some(2)),
        (vec![ada.clone()], Some(1)),
        (vec![ada.clone(), word(About::Hold, "cy", 12)], Some(1)),
        (vec![ada.clone(), word(About::Approval, "cy", 9)], Some(1)),
        (vec![ada, word(About::Approval, "cy", 12)], None),
    ] {
        let standing = first(&plan, &words, 13);
        match (&standing, missing) {
            (Standing::Asked(asks), Some(missing)) => {
                let why = format!("waits for {missing} more to approve of ada, cy");
                assert_eq!(asks.why, why, "{words:?}");
                assert_eq!((asks.since, asks.until), (at(10), at(10 + 4 * 60)));
            }
            (Standing::GoesOn(Some(why)), None) => assert_eq!(why, "approved by ada and cy"),
            _ => panic!("{words:?}: {standing:?}"),
        }
    }
}

#[test]
fn people_are_asked_at_one_kind_of_pause_and_never_on_a_way_back() {
    let stages = [
        (Stage::PostTestTrafficShift, 0.0),
        (Stage::PreProductionTrafficShift, 0.0),
        (Stage::PreProductionTrafficShift, 10.0),
        (Stage::PostProductionTrafficShift, 100.0),
    ];
    for (before, asked) in [
        ("production", [true, false, false, false]),
        ("steps", [false, false, true, false]),
        ("end", [false, false, false, true]),
    ] {
        let push = plan(&json!({ "before": before }), "push");
        let back = plan(&json!({ "before": before }), "rollback");
        for ((stage, share), asked) in stages.into_iter().zip(asked) {
            let ask = |plan| stands(plan, stage, share, Seconds(0), at(10), &[], at(11));
            assert_eq!(!goes_on(&ask(&push)), asked, "{before} at {stage}, {share}%");
            assert!(goes_on(&ask(&back)), "{before} at {stage}");
        }
    }
}

#[test]
fn when_nobody_answers_in_time_the_document_decides() {
    let back = plan(&json!({ "within": "1h" }), "push");
    assert!(matches!(first(&back, &[], 69), Standing::Asked(_)));
    assert_eq!(first(&back, &[], 70), Standing::Overdue("not approved in 1h".into()));

    let on = plan(&json!({ "within": "1h", "otherwise": "go_on" }), "push");
    assert!(goes_on(&first(&on, &[], 70)));
}

#[test]
fn ecs_waits_as_long_as_people_have() {
    let plan = plan(&json!({ "within": "2h" }), "push");

    let waits: Vec<u64> = plan.pauses.iter().map(|pause| pause.gives_up.0 / 60).collect();

    assert_eq!(waits, [30 + 120, 5 + 30, 10 + 30]);
}

/// A desk at whose deployment somebody is asked.
fn asking(about: About, of: &[&str]) -> Desk {
    let of = of.iter().map(|&name| name.to_owned()).collect();
    let not = Some("ben".to_owned()).filter(|_| about == About::Approval);
    let why = "waits".to_owned();
    let asks = Some(Asking { about, why, of, not, since: at(10), until: at(250) });
    let watcher = json!({
        "deployment": "checkout-1", "alarms": [], "token": "token-1",
        "rollout": "arn:aws:ecs:local:0:service-deployment/shop/checkout/1",
        "place": { "cluster": "shop", "service": "checkout" }
    });
    let watcher: Watcher = serde_json::from_value(watcher).expect("a watcher");
    let watcher = Some(Watcher { asks, ..watcher });
    Desk { watcher, ..Desk::new("checkout".parse().expect("a name")) }
}

fn approve(by: &str, reason: Option<&str>) -> Approve {
    Approve {
        service: "checkout".parse().expect("a name"),
        deployment: None,
        by: by.into(),
        reason: reason.map(str::to_owned),
    }
}

#[test]
fn who_is_asked_is_heard_once() {
    let (desk, said) = asking(About::Approval, &["ada"]).approve(&approve("ada", None), at(11));

    let said = said.expect("she is asked");
    assert_eq!(
        (said.deployment.as_str(), said.word.to_string()),
        ("checkout-1", "ada approves".into())
    );
    let (same, again) = desk.clone().approve(&approve(" ada ", Some("sure")), at(12));
    assert_eq!(same, desk);
    assert_eq!(again, Ok(said));
}

#[test]
fn who_is_not_asked_is_told_so() {
    let refused = |why: &str| Failure::Refused(why.into());
    let invalid = |why: &str| Failure::Invalid(why.into());
    let other = Approve { deployment: "checkout-0".parse().ok(), ..approve("ada", None) };

    for (desk, ask, told) in [
        (
            asking(About::Approval, &["ada", "cy"]),
            approve("dan", None),
            refused("dan is not asked; ask one of ada, cy"),
        ),
        (
            asking(About::Approval, &[]),
            approve("ben", None),
            refused("ben asked for this deployment, so somebody else has to approve it"),
        ),
        (asking(About::Approval, &[]), approve(" ", None), invalid("say who: `by` is empty")),
        (
            asking(About::Hold, &[]),
            approve("ada", None),
            invalid("say why: `reason` is empty, and something is not well"),
        ),
        (asking(About::Approval, &[]), other, refused("checkout-0 waits no more")),
        (
            Desk::new("checkout".parse().expect("a name")),
            approve("ada", None),
            refused("nothing of checkout is under way"),
        ),
    ] {
        let (same, answer) = desk.clone().approve(&ask, at(11));
        assert_eq!(answer, Err(told));
        assert_eq!(same, desk);
    }
}

#[test]
fn what_one_deployment_was_told_is_not_said_to_the_next() {
    let (mut desk, _) = asking(About::Hold, &[]).approve(&approve("ben", Some("known")), at(11));
    assert_eq!(desk.words[0].to_string(), "ben lets it go on all the same: known");
    let lease = json!({
        "service": "checkout", "holder": "checkout-1", "token": 1, "expires_at": at(99)
    });
    desk.lease = serde_json::from_value(lease).expect("a lease");

    let (desk, _) = desk.release(&"checkout-1".parse().expect("a name"), None, at(12));

    assert_eq!(desk.words, []);
}
