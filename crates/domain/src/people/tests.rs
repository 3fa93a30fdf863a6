//! Who is let do what, and what is said to those who are not, or come too late.

use serde_json::{Value, json};

use super::*;
use crate::desk::Desk;
use crate::plan::Plan;
use crate::record::{Entry, Record};
use crate::seconds::Seconds;
use crate::service::ServiceDocument;
use jiff::Timestamp;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("a moment")
}

fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("it can be read")
}

fn document() -> ServiceDocument {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
        "cluster": "shop", "strategy": { "blue_green": {} },
        "approval": { "of": ["mia", "ada"] },
        "people": {
            "U1MIA": { "name": "mia", "may": ["approve", "roll_back", "release_quarantine"] },
            "U2ADA": { "name": "ada", "may": ["approve", "freeze"] },
            "U3BEN": { "name": "ben", "may": ["hold"] }
        }
    });
    ServiceDocument::read(&document.to_string()).expect("a document")
}

fn wish(user: &str, act: Value) -> Wish {
    let mut wish = act;
    wish["user"] = json!(user);
    wish["service"] = json!("checkout");
    read(wish)
}

fn press(user: &str, act: &str) -> Wish {
    wish(user, json!({ "act": act, "deployment": "checkout-1" }))
}

fn plan() -> Plan {
    let request = json!({ "service": "checkout", "tag": "v1.1.0", "by": "ben" });
    let digest = format!("sha256:{}", "aa".repeat(32)).parse().expect("a digest");
    let name = "checkout-1".parse().expect("a name");
    Plan::decide(name, document(), &read(request), digest, &desk(), at(0)).expect("it may")
}

fn desk() -> Desk {
    Desk::new("checkout".parse().expect("a name"))
}

/// A desk whose deployment asks for approval since minute 2.
fn asking() -> Desk {
    let watcher = json!({
        "deployment": "checkout-1", "rollout": "arn:aws:ecs:local:0:service-deployment/s/c/1",
        "place": { "cluster": "shop", "service": "checkout" }, "alarms": [], "token": "token",
        "asks": {
            "about": "approval", "why": "waits for 1 more to approve of mia, ada",
            "of": ["mia", "ada"], "since": at(2), "until": at(242)
        }
    });
    Desk { watcher: Some(read(watcher)), ..desk() }
}

/// A desk on which this deployment went all the way last.
fn served_by(deployment: &str) -> Desk {
    let plan = plan();
    let deployed = json!({
        "deployment": deployment, "digest": plan.digest, "tag": "v1.2.0", "height": plan.height
    });
    Desk { deployed: Some(read(deployed)), ..desk() }
}

fn record<const N: usize>(entries: [Value; N]) -> Record {
    let (deployment, service) = ("checkout-1".parse(), "checkout".parse());
    let mut record = Record::new(deployment.expect("a name"), service.expect("a name"));
    record.append(Entry::Planned { plan: Box::new(plan()) }, at(0));
    for (minute, entry) in (1..).zip(entries) {
        record.append(read(entry), at(minute));
    }
    record
}

fn ended(end: &str, why: &str) -> Value {
    json!({ "what": "ended", "outcome": {
        "deployment": "checkout-1", "service": "checkout", "end": end, "why": why,
        "settled": end == "Deployed", "at": at(9)
    } })
}

fn goes_back() -> Value {
    json!({ "what": "taken_back", "back": { "since": at(2), "why": "5xx rings", "fault": true } })
}

fn decide(wish: &Wish, desk: &Desk, record: &Record) -> Result<Deed, crate::Failure> {
    wish.decide(&document(), desk, Some(record), at(10))
}

fn refusal(wish: &Wish, desk: &Desk, record: &Record) -> String {
    let failure = decide(wish, desk, record).expect_err("it must not be done");
    assert_eq!(failure.name(), "Refused", "{failure}");
    failure.to_string()
}

#[test]
fn who_may_is_known_by_the_name_in_the_document() {
    let under_way = record([]);

    let Ok(Deed::Approve(approve)) = decide(&press("U1MIA", "approve"), &asking(), &under_way)
    else {
        panic!("mia may")
    };
    assert_eq!(approve.by, "mia");
    let (_, said) = asking().approve(&approve, at(10));
    assert_eq!(said.expect("mia is asked").word.by, "mia");

    let Ok(Deed::GoBack(back)) = decide(&press("U1MIA", "roll_back"), &asking(), &under_way) else {
        panic!("mia may")
    };
    assert_eq!(back.why(), "mia went back: by a button in Slack");
    assert_eq!((back.stop, back.leave.map(String::from)), (false, Some("checkout-1".into())));

    let Ok(Deed::GoBack(stop)) = decide(&press("U2ADA", "reject"), &asking(), &under_way) else {
        panic!("ada may")
    };
    assert_eq!(stop.why(), "ada stopped it: rejected by a button in Slack");

    for user in ["U3BEN", "U2ADA"] {
        let hold = decide(&wish(user, json!({ "act": "hold" })), &desk(), &under_way);
        let Ok(Deed::Freeze(freeze)) = hold else { panic!("{user} may: {hold:?}") };
        assert_eq!(freeze.length, Some(Seconds(7_200)), "who may freeze may hold");
    }
}

#[test]
fn who_may_not_is_told_who_may() {
    let under_way = record([]);
    for (wish, says) in [
        (
            press("U3BEN", "roll_back"),
            "ben may not roll back checkout, ask mia: `people.U3BEN.may` in its document says who may",
        ),
        (
            press("U3BEN", "approve"),
            "ben may not approve or reject a deployment of checkout, ask mia or ada",
        ),
        (
            press("U9EVE", "approve"),
            "checkout does not know you, ask mia or ada: `people` in its document would name you as U9EVE",
        ),
        (
            wish("U3BEN", json!({ "act": "freeze", "length": 60, "reason": "the fair" })),
            "ben may not freeze or thaw checkout, ask ada",
        ),
        (
            press("U2ADA", "release_quarantine"),
            "ada may not release a quarantine of checkout, ask mia",
        ),
    ] {
        let told = refusal(&wish, &asking(), &under_way);
        assert!(told.starts_with(says), "{told}");
    }
    let nobody = ServiceDocument { people: People::new(), ..document() };
    let told = press("U1MIA", "hold").decide(&nobody, &desk(), Some(&under_way), at(10));
    assert!(
        told.expect_err("nobody").to_string().contains("checkout does not know you, nobody may")
    );
}

#[test]
fn a_button_that_is_pressed_twice_or_late_is_answered_kindly() {
    let said = json!({ "about": "approval", "by": "mia", "at": at(192) });
    let heard = Desk { words: vec![read(said)], ..asking() };
    let over = |end: &str, why: &str| record([ended(end, why)]);
    let mia = |act: &str| press("U1MIA", act);

    for (wish, desk, record, says) in [
        (
            mia("approve"),
            heard,
            record([]),
            "mia said so at 03:12 UTC already; waits for 1 more to approve of mia, ada",
        ),
        (mia("approve"), desk(), record([]), "it waits for nobody any more, and goes on"),
        (mia("approve"), desk(), record([goes_back()]), "it goes back by now: 5xx rings"),
        (
            mia("approve"),
            desk(),
            over("RolledBack", "5xx rings"),
            "it ended before you pressed, as RolledBack: 5xx rings",
        ),
        (
            mia("reject"),
            desk(),
            over("Deployed", "it serves"),
            "it ended before you pressed, as Deployed",
        ),
        (mia("roll_back"), asking(), record([goes_back()]), "it goes back already: 5xx rings"),
        (
            mia("roll_back"),
            desk(),
            over("Refused", "frozen"),
            "it ended before you pressed, as Refused",
        ),
        (
            mia("roll_back"),
            served_by("checkout-2"),
            over("Deployed", "it serves"),
            "v1.2.0 serves since; press at its message, or say `/cutover rollback checkout`",
        ),
        (
            mia("release_quarantine"),
            desk(),
            over("RolledBack", "5xx rings"),
            "what checkout-1 brought is not in quarantine any more",
        ),
    ] {
        let told = refusal(&wish, &desk, &record);
        assert!(told.starts_with(says), "{told}");
    }
}

#[test]
fn what_serves_is_left_and_what_is_in_quarantine_is_released() {
    let over = record([ended("Deployed", "it serves")]);
    let back = decide(&press("U1MIA", "roll_back"), &served_by("checkout-1"), &over);
    assert!(matches!(back, Ok(Deed::GoBack(_))), "{back:?}");

    let taken_back = json!({
        "digest": plan().digest, "why": "5xx rings", "since": at(0), "until": at(99)
    });
    let desk = Desk { quarantined: vec![read(taken_back)], ..desk() };
    let Ok(Deed::Lift(lift)) = decide(&press("U1MIA", "release_quarantine"), &desk, &over) else {
        panic!("mia may")
    };
    let (desk, lifted) = desk.lift_by_hand(&lift, at(10));
    assert_eq!(lifted.expect("it was in quarantine").why, "5xx rings");
    assert!(refusal(&press("U1MIA", "release_quarantine"), &desk, &over).contains("any more"));
}

#[test]
fn a_hold_does_not_shorten_a_freeze() {
    let hold = wish("U3BEN", json!({ "act": "hold" }));
    let frozen = |minutes: u64| {
        let ask = json!({ "act": "freeze", "length": minutes * 60, "reason": "the fair" });
        let Ok(Deed::Freeze(freeze)) = decide(&wish("U2ADA", ask), &desk(), &record([])) else {
            panic!("ada may")
        };
        desk().freeze_by_hand(&freeze, &[], at(10)).0
    };

    assert!(decide(&hold, &frozen(30), &record([])).is_ok(), "it is shorter than a hold");
    let told = refusal(&hold, &frozen(600), &record([]));
    assert_eq!(
        told,
        "nothing new begins anyway: checkout is frozen until 1970-01-01T10:10:00Z: the fair"
    );
}

#[test]
fn a_service_is_told_with_all_that_is_not_as_usual() {
    let told = |desk: &Desk, record| standing(&document(), desk, record, at(10));
    assert_eq!(told(&desk(), None), "checkout: nothing was deployed by Cutover yet");

    let waiting = json!({
        "deployment": "checkout-3", "title": "checkout v1.3.0", "height": plan().height,
        "explicit": false, "token": "token"
    });
    let taken_back = json!({
        "digest": plan().digest, "why": "5xx\nrings", "since": at(0), "until": at(99)
    });
    let over = json!({ "digest": plan().digest, "why": "x", "since": at(0), "until": at(9) });
    let unusual = Desk {
        waiting: Some(read(waiting)),
        quarantined: vec![read(taken_back), read(over)],
        ..served_by("checkout-2")
    };
    assert_eq!(
        told(&unusual, None),
        "checkout: v1.2.0 (aaaaaaaaaaaa) was deployed last\n    \
         checkout v1.3.0 waits for its turn\n    \
         aaaaaaaaaaaa is in quarantine until 1970-01-01T01:39:00Z: 5xx rings"
    );
    let under_way = told(&desk(), Some(&record([goes_back()])));
    assert_eq!(under_way, "checkout v1.1.0 (aaaaaaaaaaaa): going back, 5xx rings");
}

#[test]
fn what_was_deployed_is_told_newest_first_in_a_line_each() {
    let told = |records: &[Record]| {
        history(&"checkout".parse().expect("a name"), records, &desk(), at(10))
    };
    assert_eq!(told(&[]), "nothing of checkout was deployed by Cutover yet");

    let asked = json!({ "service": "checkout", "tag": "v1.1.0", "by": "ben" });
    let asked = || json!({ "what": "requested", "request": asked });
    let records = [record([asked()]), record([asked(), ended("RolledBack", "5xx rings")])];
    assert_eq!(
        told(&records),
        "1970-01-01 00:00 UTC checkout v1.1.0 (aaaaaaaaaaaa): waiting, ben (manual): it waits for its turn\n\
         1970-01-01 00:00 UTC checkout v1.1.0 (aaaaaaaaaaaa): RolledBack after 9m, ben (manual): 5xx rings"
    );
}
