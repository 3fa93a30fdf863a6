//! Who gets the lease, who waits, and who gives way.

use super::*;
use crate::service::Place;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn waiter(name: &str, pushed: i64) -> Waiter {
    Waiter {
        deployment: name.parse().unwrap(),
        title: name.into(),
        height: Height { version: None, pushed_at: at(pushed) },
        explicit: false,
        urgent: false,
        hotfix: false,
        freezes: Vec::new(),
        since: at(0),
        when_busy: WhenBusy::Queue,
        token: format!("token-{name}").parse().unwrap(),
    }
}

fn desk() -> Desk {
    Desk::new("checkout".parse().unwrap())
}

fn deployed(name: &str, pushed: i64) -> Deployed {
    Deployed {
        deployment: name.parse().unwrap(),
        digest: format!("sha256:{}", "0".repeat(64)).parse().unwrap(),
        tag: None,
        blue: None,
        height: Height { version: None, pushed_at: at(pushed) },
        liability: None,
    }
}

#[test]
fn a_free_lease_is_granted_and_asking_again_changes_nothing() {
    let (desk, first) = desk().claim(waiter("one", 1), true, at(0));
    let (again, second) = desk.clone().claim(waiter("one", 1), true, at(9));

    assert!(matches!(&first, Claimed::Granted(lease) if lease.token == 1));
    assert_eq!((first, desk), (second, again));
}

#[test]
fn only_the_newest_request_waits() {
    let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
    let (desk, parked) = desk.claim(waiter("two", 2), true, at(0));
    assert_eq!(parked, Claimed::Parked { superseded: None, frozen: None });

    let (desk, parked) = desk.claim(waiter("three", 3), true, at(0));
    assert_eq!(parked, Claimed::Parked { superseded: Some(waiter("two", 2)), frozen: None });

    let (desk, behind) = desk.claim(waiter("late", 2), true, at(0));
    assert_eq!(behind, Claimed::Behind("three waits already and is newer".into()));
    assert_eq!(desk.waiting, Some(waiter("three", 3)));
}

#[test]
fn what_a_person_asked_for_is_not_lost_to_a_newer_push() {
    let (desk, _) = desk().claim(waiter("one", 5), true, at(0));
    let (desk, _) = desk.claim(Waiter { explicit: true, ..waiter("asked", 2) }, true, at(0));

    let (desk, behind) = desk.claim(waiter("push", 9), true, at(0));
    assert_eq!(behind, Claimed::Behind("asked was asked for and waits already".into()));

    let another = Waiter { explicit: true, ..waiter("another", 1) };
    let (desk, _) = desk.claim(another.clone(), true, at(0));
    assert_eq!(desk.waiting, Some(another), "the last word of a person counts");
}

#[test]
fn giving_the_lease_back_grants_it_to_who_waits_with_a_higher_token() {
    let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
    let (desk, _) = desk.claim(waiter("two", 2), true, at(0));

    let (desk, next) = desk.release(&"one".parse().unwrap(), Some(deployed("one", 1)), at(5));

    assert!(matches!(next, Next::Granted(w, lease) if w == waiter("two", 2) && lease.token == 2));
    assert_eq!(desk.waiting, None);
    let (same, next) = desk.clone().release(&"one".parse().unwrap(), None, at(6));
    assert_eq!((same, next), (desk, Next::Nobody), "doing it again changes nothing");
}

#[test]
fn a_waiting_request_that_was_overtaken_is_told_so_instead() {
    let (desk, _) = desk().claim(waiter("new", 9), true, at(0));
    let (desk, _) = desk.claim(waiter("old", 3), true, at(0));

    let (desk, next) = desk.release(&"new".parse().unwrap(), Some(deployed("new", 9)), at(5));

    assert!(matches!(next, Next::Behind(w, why) if w == waiter("old", 3) && why.contains("older")));
    assert_eq!(desk.lease, None);
}

#[test]
fn a_lease_is_taken_over_only_when_it_expired_and_its_execution_is_gone() {
    let (desk, _) = desk().claim(waiter("gone", 1), true, at(0));
    let late = LEASE.after(at(0));

    for (runs, now, taken) in
        [(true, at(1), false), (false, at(1), false), (true, late, false), (false, late, true)]
    {
        let (_, claimed) = desk.clone().claim(waiter("next", 2), runs, now);
        assert_eq!(matches!(claimed, Claimed::Granted(_)), taken, "runs: {runs}, at {now}");
    }
}

#[test]
fn a_rollback_goes_first_and_who_waits_stays() {
    let back = Waiter { explicit: true, urgent: true, ..waiter("back", 0) };
    let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
    let (desk, _) = desk.claim(waiter("two", 2), true, at(0));

    let (desk, parked) = desk.claim(back.clone(), true, at(0));
    assert_eq!(parked, Claimed::Parked { superseded: None, frozen: None });
    let (desk, next) = desk.release(&"one".parse().unwrap(), None, at(5));

    assert!(matches!(next, Next::Granted(w, _) if w == back));
    assert_eq!((desk.urgent.as_ref(), desk.waiting.as_ref()), (None, Some(&waiter("two", 2))));
    let (_, next) = desk.release(&"back".parse().unwrap(), Some(deployed("back", 0)), at(9));
    assert!(matches!(next, Next::Granted(w, _) if w == waiter("two", 2)));
}

#[test]
fn a_newer_push_takes_the_place_of_who_works_where_the_service_says_so() {
    let one: DeploymentId = "one".parse().unwrap();
    let push = |name, pushed, when_busy| Waiter { when_busy, ..waiter(name, pushed) };
    let back = Waiter { explicit: true, urgent: true, ..waiter("back", 0) };
    for (claim, gives_way) in [
        (push("two", 7, WhenBusy::Queue), None),
        (push("two", 7, WhenBusy::Supersede), Some("two (two)")),
        (push("late", 3, WhenBusy::Supersede), None),
        (back.clone(), Some("back (back)")),
    ] {
        let (desk, _) = desk().claim(waiter("one", 5), true, at(0));
        let (desk, claimed) = desk.claim(claim, true, at(1));
        assert!(matches!(claimed, Claimed::Parked { .. }));
        assert_eq!(desk.gives_way(&one), gives_way);
    }
    let (desk, _) = desk().claim(back, true, at(0));
    let (desk, _) = desk.claim(push("two", 7, WhenBusy::Supersede), true, at(1));
    assert_eq!(desk.gives_way(&"back".parse().unwrap()), None, "a rollback gives way to none");
}

#[test]
fn what_cannot_be_taken_back_gives_way_to_a_way_back_only() {
    let one: DeploymentId = "one".parse().unwrap();
    let push = Waiter { when_busy: WhenBusy::Supersede, ..waiter("two", 7) };
    let back = Waiter { explicit: true, urgent: true, ..waiter("back", 0) };
    let ran = || Ran { digest: deployed("one", 1).digest, deployment: "earlier".parse().unwrap() };
    let migrated = |desk: &Desk, by: &str, irreversible| {
        desk.clone().migrate(ran(), &by.parse().unwrap(), irreversible)
    };
    let (desk, _) = desk().claim(waiter("one", 5), true, at(0));

    for (desk, claim, gives_way) in [
        (migrated(&desk, "one", true), push.clone(), None),
        (migrated(&desk, "one", true), back, Some("back (back)")),
        (migrated(&desk, "one", false), push.clone(), Some("two (two)")),
        (migrated(&desk, "earlier", true), push, Some("two (two)")),
    ] {
        let (desk, _) = desk.claim(claim, true, at(1));
        assert_eq!(desk.gives_way(&one), gives_way);
        assert!(desk.ran(&deployed("one", 1).digest).is_some());
    }
}

#[test]
fn a_service_may_take_nothing_while_it_is_busy() {
    let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
    let picky = Waiter { when_busy: WhenBusy::Reject, ..waiter("two", 2) };

    let (desk, claimed) = desk.claim(picky, true, at(1));

    assert!(matches!(claimed, Claimed::Behind(why) if why.contains("when_busy: reject")));
    assert_eq!(desk.waiting, None);
}

#[test]
fn what_is_known_of_one_holder_is_not_known_of_the_next() {
    let (desk, _) = desk().claim(waiter("one", 1), true, at(0));

    assert!(!desk.holder_may_run(Some(&"one".parse().unwrap())));
    assert!(desk.holder_may_run(Some(&"another".parse().unwrap())));
    assert!(desk.holder_may_run(None));
}

#[test]
fn what_has_not_begun_is_only_an_execution_unless_it_goes_back() {
    assert_eq!(desk().unlaunched(), None);
    let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
    assert_eq!(desk.unlaunched().map(DeploymentId::as_str), Some("one"));

    let watcher = Watcher {
        deployment: "one".parse().unwrap(),
        rollout: "arn:aws:ecs:eu-central-1:1:service-deployment/shop/checkout/1".parse().unwrap(),
        place: Place { cluster: "shop".into(), service: "checkout".into() },
        alarms: Vec::new(),
        alerts: Vec::new(),
        answered: None,
        hold: None,
        asks: None,
        token: "token-one".parse().unwrap(),
    };
    let watched = desk.clone().watch(desk.lease.as_ref(), watcher, at(1));
    assert_eq!(watched.unlaunched(), None);

    let back = Waiter { explicit: true, urgent: true, ..waiter("back", 0) };
    let (desk, _) = Desk { lease: None, ..desk }.claim(back, true, at(1));
    assert_eq!(desk.unlaunched(), None);
}

#[test]
fn who_waits_may_leave() {
    let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
    let (desk, _) = desk.claim(waiter("two", 2), true, at(0));

    let (desk, next) = desk.release(&"two".parse().unwrap(), None, at(5));

    assert_eq!((desk.waiting, next), (None, Next::Nobody));
    assert!(desk.lease.is_some_and(|lease| lease.holder.as_str() == "one"));
}
