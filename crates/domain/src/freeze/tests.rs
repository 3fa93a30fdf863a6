//! Who waits for the end of a freeze, and who ends it.

use super::*;
use crate::desk::{Claimed, Desk, Next, Waiter};
use crate::policy::Height;
use crate::service::WhenBusy;
use crate::terraform::{Look, Seen, Terraform};
use serde_json::json;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("a moment")
}

fn ask(minutes: Option<u64>, reason: &str) -> FreezeByHand {
    FreezeByHand {
        service: "checkout".parse().expect("a name"),
        length: minutes.map(Seconds::minutes),
        by: Some("ada".into()),
        reason: reason.into(),
    }
}

fn frozen() -> Desk {
    let desk = Desk::new("checkout".parse().expect("a name"));
    let (desk, freeze) = desk.freeze_by_hand(&ask(Some(60), "the fair"), &[], at(0));
    assert_eq!(
        freeze.expect("a freeze").0.to_string(),
        "frozen until 1970-01-01T01:00:00Z: the fair"
    );
    desk
}

fn waiter(name: &str) -> Waiter {
    Waiter {
        deployment: name.parse().expect("a name"),
        title: name.into(),
        height: Height { version: None, pushed_at: at(0) },
        explicit: false,
        urgent: false,
        hotfix: false,
        freezes: Vec::new(),
        since: at(0),
        when_busy: WhenBusy::Queue,
        token: name.parse().expect("a token"),
    }
}

#[test]
fn a_push_waits_until_the_freeze_is_over_and_the_newest_follows() {
    let (desk, first) = frozen().claim(waiter("one"), true, at(1));
    assert!(
        matches!(first, Claimed::Parked { superseded: None, frozen: Some(it) } if it.why == "the fair")
    );
    let (desk, second) = desk.claim(waiter("two"), true, at(2));
    assert!(matches!(second, Claimed::Parked { superseded: Some(one), .. } if one.title == "one"));

    let (desk, again) = desk.claim(waiter("two"), true, at(59));
    assert!(matches!(again, Claimed::Parked { superseded: None, .. }));
    let (desk, granted) = desk.claim(waiter("two"), true, at(60));

    assert!(matches!(granted, Claimed::Granted(lease) if lease.holder.as_str() == "two"));
    assert_eq!(desk.waiting, None);
}

#[test]
fn who_waits_is_told_when_a_person_ends_the_freeze() {
    let (desk, _) = frozen().claim(waiter("one"), true, at(1));

    let (desk, over) = desk.freeze_by_hand(&ask(None, "it is over"), &[], at(5));

    let (_, next) = over.expect("it was frozen");
    assert!(matches!(next, Next::Granted(one, _) if one.title == "one"));
    assert_eq!(desk.lease.map(|lease| lease.holder.to_string()), Some("one".into()));
}

#[test]
fn a_way_back_and_a_hotfix_do_not_wait() {
    for waiter in
        [Waiter { urgent: true, ..waiter("back") }, Waiter { hotfix: true, ..waiter("hotfix") }]
    {
        let (_, claimed) = frozen().claim(waiter, true, at(1));
        assert!(matches!(claimed, Claimed::Granted(_)), "{claimed:?}");
    }
}

#[test]
fn what_is_under_way_ends_and_what_waits_for_it_waits_on() {
    let desk = Desk::new("checkout".parse().expect("a name"));
    let (desk, _) = desk.claim(waiter("one"), true, at(0));
    let (desk, _) = desk.claim(waiter("two"), true, at(0));
    let (desk, _) = desk.freeze_by_hand(&ask(Some(60), "the fair"), &[], at(1));

    let (desk, next) = desk.release(&"one".parse().expect("a name"), None, at(2));

    assert_eq!((next, &desk.lease), (Next::Nobody, &None));
    assert_eq!(desk.waiting.as_ref().map(|it| it.title.as_str()), Some("two"));
    let (_, granted) = desk.claim(waiter("two"), true, at(61));
    assert!(matches!(granted, Claimed::Granted(_)));
}

#[test]
fn who_takes_nothing_while_busy_takes_nothing_while_frozen() {
    let rejects = Waiter { when_busy: WhenBusy::Reject, ..waiter("one") };
    let (_, claimed) = frozen().claim(rejects, true, at(1));
    let Claimed::Behind(why) = claimed else { panic!("{claimed:?}") };
    assert!(why.starts_with("frozen until 1970-01-01T01:00:00Z: the fair"), "{why}");
}

#[test]
fn a_freeze_has_a_reason_and_an_end() {
    for (minutes, reason, told) in [
        (Some(60), " ", "say why: `reason` is empty"),
        (Some(0), "x", "a freeze of 0s makes no sense; choose at most 672h"),
        (Some(28 * 24 * 60 + 1), "x", "makes no sense; choose at most"),
        (None, "x", "checkout is not frozen"),
    ] {
        let desk = Desk::new("checkout".parse().expect("a name"));
        let (same, answer) = desk.clone().freeze_by_hand(&ask(minutes, reason), &[], at(0));
        let answer = answer.expect_err("it makes no sense").to_string();
        assert!(answer.contains(told), "{answer}");
        assert_eq!(same, desk);
    }

    let (desk, over) = frozen().freeze_by_hand(&ask(None, "it is over"), &[], at(5));
    let (over, next) = over.expect("it was frozen");
    assert_eq!((over.until, next), (Some(at(5)), Next::Nobody));
    assert_eq!(over.ended.as_deref(), Some("ada: it is over"));
    assert_eq!((desk.frozen(&[], at(5)), desk.freeze), (None, Some(over)));
}

/// Every day from one to two o'clock.
fn nap() -> Window {
    let nap = json!({ "cron": "0 1 * * *", "for": "1h", "zone": "UTC", "why": "a nap" });
    serde_json::from_value(nap).expect("a window")
}

#[test]
fn a_window_freezes_what_knows_it_and_a_person_may_end_it_until_the_next() {
    let napping = |name| Waiter { freezes: vec![nap()], ..waiter(name) };
    let desk = Desk::new("checkout".parse().expect("a name"));
    let (_, early) = desk.clone().claim(napping("early"), true, at(59));
    assert!(matches!(early, Claimed::Granted(_)));

    let (desk, parked) = desk.claim(napping("one"), true, at(61));
    let Claimed::Parked { frozen: Some(freeze), .. } = parked else { panic!("{parked:?}") };
    assert_eq!(freeze.cause, Cause::Window);
    assert_eq!(freeze.to_string(), "frozen until Thu 1970-01-01 02:00 UTC: a nap");
    assert_eq!(desk.frozen(&[nap()], at(61)), Some(freeze));

    let (desk, over) = desk.freeze_by_hand(&ask(None, "it is urgent"), &[nap()], at(62));
    let (over, next) = over.expect("it was frozen");
    assert_eq!((over.cause, over.until), (Cause::Window, Some(at(62))));
    assert!(matches!(next, Next::Granted(one, _) if one.title == "one"));
    assert_eq!(desk.frozen(&[nap()], at(119)), None);
    assert!(desk.frozen(&[nap()], at(24 * 60 + 61)).is_some(), "the next one is another");
}

/// A desk whose service stands on a listener that Terraform destroyed.
fn broken() -> Desk {
    let watch = json!({ "bucket": "state", "key": "a", "resources": ["a.b"] });
    let watch: Terraform = serde_json::from_value(watch).expect("what it stands on");
    let seen = |serial, resource: Option<&str>| {
        let resources = resource.map(|id| ("a.b".to_owned(), id.to_owned()));
        let (lineage, outputs) = ("l".into(), [].into());
        let resources = resources.into_iter().collect();
        Look::Read(Seen { lineage, serial, template: None, outputs, resources })
    };
    let desk = Desk::new("checkout".parse().expect("a name"));
    let (desk, _) = desk.sees(&watch, &seen(1, Some("x")), false, at(0));
    let (desk, answer) = desk.sees(&watch, &seen(2, None), false, at(1));
    assert!(answer.frozen);
    let (desk, answer) = desk.sees(&watch, &seen(3, Some("y")), false, at(2));
    assert!(answer.frozen, "only a person's word ends it");
    desk
}

#[test]
fn a_freeze_of_terraform_is_ended_like_any_other_and_what_is_there_is_accepted() {
    let (desk, parked) = broken().claim(waiter("one"), true, at(3));
    let Claimed::Parked { frozen: Some(freeze), .. } = parked else { panic!("{parked:?}") };
    assert_eq!((freeze.cause, freeze.until), (Cause::Terraform, None));
    assert!(freeze.to_string().contains("`cutover thaw`: a.b was destroyed"), "{freeze}");
    assert!(desk.barred().is_some_and(|why| why.contains("cutover thaw checkout")));

    let (desk, over) = desk.freeze_by_hand(&ask(None, "there is another"), &[], at(4));

    assert!(matches!(over.expect("it was frozen").1, Next::Granted(_, _)));
    assert_eq!((desk.barred(), desk.holds(at(4))), (None, None));
    let seen = desk.terraform.as_ref().and_then(|memory| memory.seen.clone()).expect("a state");
    assert_eq!((seen.serial, seen.resources["a.b"].as_str()), (3, "y"), "as it was found last");
}

#[test]
fn of_several_freezes_the_longest_is_told_and_all_are_ended() {
    let (desk, _) = broken().freeze_by_hand(&ask(Some(600), "the fair"), &[], at(61));

    let (desk, over) = desk.freeze_by_hand(&ask(None, "all is well"), &[nap()], at(62));

    assert_eq!(over.expect("it was frozen").0.cause, Cause::Terraform);
    assert_eq!(desk.frozen(&[nap()], at(63)), None);
    let (_, again) = desk.freeze_by_hand(&ask(None, "all is well"), &[nap()], at(63));
    assert_eq!(again.expect_err("it is not").to_string(), "checkout is not frozen");
}

#[test]
fn who_would_sleep_past_a_sooner_end_is_told_to_ask_again() {
    let (desk, _) = frozen().claim(waiter("one"), true, at(1));

    let (desk, later) = desk.freeze_by_hand(&ask(Some(600), "the fair"), &[], at(2));
    assert_eq!(later.expect("a freeze").1, Next::Nobody);
    let (_, sooner) = desk.freeze_by_hand(&ask(Some(10), "it rains"), &[], at(3));
    assert!(matches!(sooner.expect("a freeze").1, Next::Asks(one) if one.title == "one"));
}

#[test]
fn who_waits_sleeps_until_the_end_and_an_hour_at_most() {
    let freeze = |minutes: Option<u64>| Freeze {
        until: minutes.map(|minutes| Seconds::minutes(minutes).after(at(0))),
        ..frozen().freeze.expect("a freeze")
    };
    for (frozen, patience, sleeps_for) in [
        (None, 300, None),
        (None, 3_600, Some(300)),
        (Some(freeze(Some(30))), 300, Some(1_801)),
        (Some(freeze(Some(30))), 1_801, None),
        (Some(freeze(Some(30))), 1_860, None),
        (Some(freeze(Some(30))), 1_862, Some(1_801)),
        (Some(freeze(Some(600))), 300, Some(3_600)),
        (Some(freeze(Some(600))), 3_600, None),
        (Some(freeze(None)), 3_600, None),
    ] {
        let told = sleeps(frozen.as_ref(), Seconds(patience), at(0));
        assert_eq!(told, sleeps_for.map(Seconds), "{frozen:?}, {patience}");
    }
}

#[test]
fn nobodys_turn_comes_while_the_service_is_frozen() {
    let (desk, _) = frozen().claim(waiter("one"), true, at(1));
    assert_eq!(desk.waits_since(&waiter("one"), at(50)), at(50));

    let (desk, _) = desk.claim(waiter("one"), true, at(50));

    assert_eq!(desk.waits_since(&waiter("one"), at(90)), at(50));
    assert_eq!(desk.waits_since(&waiter("another"), at(90)), at(0));
}

#[test]
fn a_desk_that_was_written_before_there_were_windows_is_read() {
    let desk = json!({
        "service": "checkout", "version": 3, "token": 1, "lease": null, "watcher": null,
        "deployed": null,
        "freeze": {
            "why": "the fair", "by": "ada", "since": "1970-01-01T00:00:00Z",
            "until": "1970-01-01T01:00:00Z"
        },
        "terraform": { "frozen": { "why": "a.b was destroyed", "since": "1970-01-01T00:00:00Z" } },
        "waiting": {
            "deployment": "one", "title": "one", "explicit": false, "token": "one",
            "height": { "version": null, "pushed_at": "1970-01-01T00:00:00Z" }
        }
    });
    let desk: Desk = serde_json::from_value(desk).expect("a desk");

    let causes: Vec<_> = desk.freezes(&[], at(1)).iter().map(|freeze| freeze.cause).collect();
    assert_eq!(causes, [Cause::Person, Cause::Terraform]);
    let (desk, over) = desk.freeze_by_hand(&ask(None, "all is well"), &[], at(2));
    assert!(matches!(over.expect("it was frozen").1, Next::Granted(one, _) if one.title == "one"));
    assert_eq!(desk.barred(), None);
}
