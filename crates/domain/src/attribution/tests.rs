//! Who is blamed, and where it goes back to.

use super::*;
use crate::alert::AlertCheck;
use crate::desk::{Deployed, Liability, Waiter};
use crate::name::Digest;
use crate::pile::Released;
use crate::policy::Height;
use crate::quarantine::Quarantine;
use crate::service::{Place, WhenBusy};

const ERRORS: &str = "shop-errors";

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("a moment")
}

fn digest(release: char) -> Digest {
    format!("sha256:{}", release.to_string().repeat(64)).parse().expect("a digest")
}

fn ringing(since: i64) -> Vec<Alarm> {
    vec![Alarm { name: ERRORS.into(), state: AlarmState::Ringing, since: at(since) }]
}

fn check() -> AlertCheck {
    let labels = [("team".to_owned(), "shop".to_owned())].into();
    AlertCheck { name: "Errors".into(), labels }
}

fn firing(since: i64, team: &str) -> Alert {
    Alert {
        name: "Errors".into(),
        labels: [("team".to_owned(), team.to_owned())].into(),
        fingerprint: format!("errors-of-{team}"),
        since: at(since),
        resolved: None,
    }
}

/// A service that went from release `a` to `b` in a deployment of twenty minutes.
fn concluded(service: &str, began: i64, change: impl FnOnce(&mut Liability)) -> Desk {
    let mut liability = Liability {
        began: at(began),
        until: at(began + 20 + 60),
        alarms: vec![ERRORS.into()],
        alerts: vec![check()],
        hold: None,
    };
    change(&mut liability);
    released(service, Some(liability))
}

fn released(service: &str, liability: Option<Liability>) -> Desk {
    let mut desk = Desk::new(service.parse().expect("a name"));
    let deployed = Deployed {
        deployment: format!("{service}-b").parse().expect("a name"),
        digest: digest('b'),
        tag: None,
        blue: Some(digest('a')),
        height: Height { version: None, pushed_at: at(0) },
        liability,
    };
    let release = Released {
        digest: digest('b'),
        tag: Some("v1.1.0".parse().expect("a tag")),
        deployment: Some(deployed.deployment.clone()),
        height: None,
    };
    desk.releases.put(release, deployed.blue.as_ref(), false);
    desk.deployed = Some(deployed);
    desk
}

fn in_flight(desk: Desk, hold: Option<Hold>) -> Desk {
    let arn =
        |name: &str| -> Arn { format!("arn:aws:ecs:local:0:{name}").parse().expect("an ARN") };
    let watcher = Watcher {
        deployment: format!("{}-c", desk.service).parse().expect("a name"),
        rollout: arn("service-deployment/shop/checkout/c"),
        place: Place { cluster: "shop".into(), service: desk.service.to_string() },
        alarms: vec![ERRORS.into()],
        alerts: vec![check()],
        answered: None,
        hold,
        asks: None,
        token: "token-c".parse().expect("a token"),
    };
    Desk { watcher: Some(watcher), ..desk }
}

fn stopped(attribution: &Attribution) -> Option<&str> {
    attribution.stop.as_ref().map(|stop| stop.deployment.as_str())
}

fn back(attribution: &Attribution) -> Option<(&str, &Digest)> {
    let way = attribution.deploy.as_ref()?;
    Some((way.input.service.as_str(), way.input.digest.as_ref()?))
}

#[test]
fn a_person_reads_moments_to_the_second() {
    let since = "1970-01-01T00:40:00.001542585Z".parse().expect("a moment");
    let alarms = vec![Alarm { name: ERRORS.into(), state: AlarmState::Ringing, since }];

    let attribution = of_alarms(&alarms, &[concluded("checkout", 10, |_| {})], at(41));

    let way = attribution.deploy.expect("a way back");
    let why = way.input.reason.expect("a reason");
    assert!(why.contains("alarm shop-errors rings since 1970-01-01T00:40:00Z"), "{why}");
    let quarantine = way.quarantine.expect("what is left");
    let desk = concluded("checkout", 10, |_| {}).quarantine(Quarantine { since, ..quarantine });
    let forbidden = desk.forbids(&digest('b'), at(50)).expect("it is in quarantine");
    assert!(forbidden.contains("since 1970-01-01T00:40:00Z ("), "{forbidden}");
}

#[test]
fn an_alarm_after_the_end_goes_back_to_the_last_good_release() {
    let desk = concluded("checkout", 10, |_| {});

    let attribution = of_alarms(&ringing(40), &[desk], at(41));

    assert_eq!(back(&attribution), Some(("checkout", &digest('a'))));
    assert_eq!(attribution.stop, None);
    assert!(attribution.again, "the alarm may ring on");
    let way = attribution.deploy.expect("a way back");
    assert!(way.input.cause.is_urgent());
    assert_eq!(way.input.by.as_deref(), Some("alarm shop-errors"));
    let quarantine = way.quarantine.expect("what is left must not come again");
    assert_eq!((quarantine.digest, quarantine.since), (digest('b'), at(41)));
}

#[test]
fn an_alert_is_treated_like_an_alarm() {
    let desk = concluded("checkout", 10, |_| {});

    let attribution = of_alerts(&[firing(40, "shop")], std::slice::from_ref(&desk), at(41));
    assert_eq!(back(&attribution), Some(("checkout", &digest('a'))));
    assert_eq!(attribution.why, "alert Errors rings: going back to checkout aaaaaaaaaaaa");
    let way = attribution.deploy.expect("a way back");
    assert_eq!(way.input.by.as_deref(), Some("alert Errors"));

    let flying = in_flight(desk.clone(), None);
    let attribution = of_alerts(&[firing(40, "shop")], &[flying], at(41));
    assert_eq!(stopped(&attribution), Some("checkout-c"));

    for (alert, why) in [
        (firing(9, "shop"), "before it began"),
        (firing(91, "shop"), "long after its end"),
        (firing(40, "other"), "another team's"),
        (Alert { resolved: Some(at(41)), ..firing(40, "shop") }, "over"),
    ] {
        let attribution = of_alerts(&[alert], std::slice::from_ref(&desk), at(100));
        assert_eq!((attribution.deploy, attribution.stop), (None, None), "{why}");
    }
    let told_since = Alert { resolved: Some(at(42)), ..firing(40, "shop") };
    let knows = desk.heed(&[told_since], at(42));
    let attribution = of_alerts(&[firing(40, "shop")], &[knows], at(43));
    assert_eq!(attribution.why, "nothing of it rings by now");
}

#[test]
fn an_alarm_blames_only_what_began_before_it_and_ended_not_long_ago() {
    for (since, blamed) in [(9, false), (10, false), (11, true), (90, true), (91, false)] {
        let desk = concluded("checkout", 10, |_| {});
        let attribution = of_alarms(&ringing(since), &[desk], at(100));
        assert_eq!(attribution.deploy.is_some(), blamed, "rings since minute {since}");
    }
    let others = concluded("checkout", 10, |it| it.alarms = vec!["other".into()]);
    assert_eq!(of_alarms(&ringing(40), &[others], at(41)).deploy, None);
    let way_back = released("checkout", None);
    assert_eq!(of_alarms(&ringing(40), &[way_back], at(41)).deploy, None, "it went back already");
}

#[test]
fn what_rings_no_more_blames_nobody() {
    let mut alarms = ringing(40);
    alarms[0].state = AlarmState::Quiet;

    let attribution = of_alarms(&alarms, &[concluded("checkout", 10, |_| {})], at(41));

    assert_eq!(attribution.why, "nothing of it rings by now");
    assert_eq!((attribution.stop, attribution.deploy), (None, None));
}

#[test]
fn the_newest_change_of_all_is_taken_back_first_and_the_others_are_watched() {
    let desks = [
        concluded("catalog", 5, |_| {}),
        in_flight(concluded("checkout", 1, |_| {}), None),
        concluded("orders", 30, |_| {}),
    ];

    let first = of_alarms(&ringing(40), &desks, at(41));
    assert_eq!((stopped(&first), back(&first)), (Some("checkout-c"), None));
    let watched: Vec<_> = first.watched.iter().map(|it| it.deployment.as_str()).collect();
    assert_eq!(watched, ["orders-b", "catalog-b"]);
    assert!(first.watched[0].why.ends_with("a newer change is taken back first"));

    let then = of_alarms(&ringing(40), &[desks[0].clone(), desks[2].clone()], at(46));
    assert_eq!(back(&then), Some(("orders", &digest('a'))));
}

#[test]
fn a_service_that_holds_is_left_for_a_person() {
    let held = concluded("checkout", 10, |it| it.hold = Some(Hold::Document));
    let flying = in_flight(released("catalog", None), Some(Hold::Migration));

    let attribution = of_alarms(&ringing(40), &[held, flying], at(41));

    assert_eq!((&attribution.stop, &attribution.deploy), (&None, &None));
    assert_eq!(attribution.watched.len(), 2);
    let whys: Vec<_> = attribution.watched.iter().map(|it| it.why.as_str()).collect();
    assert!(whys[0].ends_with("its migration cannot be undone, a person must decide"), "{whys:?}");
    assert!(whys[1].ends_with("says `on_failure: hold`, a person must decide"), "{whys:?}");
    assert!(!attribution.again);
}

#[test]
fn without_a_good_release_a_person_must_decide() {
    let mut desk = concluded("checkout", 10, |_| {});
    let quarantine = quarantined(desk.deployed.as_ref().expect("one"), "bad", None, at(1));
    desk = desk.quarantine(Quarantine { digest: digest('a'), ..quarantine });

    let attribution = of_alarms(&ringing(40), &[desk], at(41));

    assert_eq!(attribution.deploy, None);
    assert!(attribution.watched[0].why.contains("nothing that Cutover knows was good before"));
}

#[test]
fn an_alarm_that_rings_again_finds_the_same_way_back() {
    let name = |since| {
        let desk = concluded("checkout", 10, |_| {});
        of_alarms(&ringing(since), &[desk], at(since + 1)).deploy.expect("a way back").name
    };
    assert_eq!(name(40), name(44));
}

fn ask(to: Option<&str>) -> GoBack {
    GoBack {
        service: "checkout".parse().expect("a name"),
        to: to.map(str::to_owned),
        stop: false,
        leave: None,
        by: Some("ada".into()),
        reason: Some("receipts are wrong".into()),
    }
}

#[test]
fn a_person_stops_what_is_in_flight_or_goes_where_it_is_said() {
    let still = released("checkout", None);
    let flying = in_flight(still.clone(), None);

    let stop = of_person(&ask(None), &flying, at(50)).expect("something to stop");
    assert_eq!((stopped(&stop), back(&stop)), (Some("checkout-c"), None));
    assert_eq!(stop.stop.as_ref().and_then(|it| it.before), None, "whatever rings");

    for (to, digests) in [
        (None, 'a'),
        (Some("v1.1.0"), 'b'),
        (Some("checkout-b"), 'b'),
        (Some(digest('e').as_str()), 'e'),
    ] {
        let way = of_person(&ask(to), &still, at(50)).expect("a way back");
        assert_eq!(back(&way), Some(("checkout", &digest(digests))), "{to:?}");
    }
    let both = of_person(&ask(Some("checkout-b")), &flying, at(50)).expect("both");
    assert_eq!((stopped(&both), back(&both).is_some()), (Some("checkout-c"), true));
    let tag = of_person(&ask(Some("v0.9.0")), &still, at(50)).expect("a tag").deploy;
    assert_eq!(tag.and_then(|it| it.input.tag).map(|it| it.to_string()), Some("v0.9.0".into()));
}

#[test]
fn who_only_stops_does_not_go_further_back() {
    let still = released("checkout", None);
    let only = GoBack { stop: true, ..ask(None) };

    let stop = of_person(&only, &in_flight(still.clone(), None), at(50)).expect("to be stopped");
    assert_eq!((stopped(&stop), back(&stop)), (Some("checkout-c"), None));
    assert_eq!(stop.why, "ada stopped it: receipts are wrong");

    let over = of_person(&only, &still, at(50));
    assert_eq!(over, Err("nothing of checkout is under way".into()));
    let both = of_person(&GoBack { to: Some("v1.0.0".into()), ..only }, &still, at(50));
    assert_eq!(both, Err("say `stop` or `to`, not both".into()));
}

#[test]
fn who_leaves_a_certain_deployment_leaves_no_other() {
    let still = released("checkout", None);
    let leave = |it: &str| GoBack { leave: Some(it.parse().expect("a name")), ..ask(None) };

    let flying = in_flight(still.clone(), None);

    let way = of_person(&leave("checkout-b"), &still, at(50)).expect("it serves");
    assert_eq!(back(&way), Some(("checkout", &digest('a'))));
    let stop = of_person(&leave("checkout-c"), &flying, at(50)).expect("it is under way");
    assert_eq!(stopped(&stop), Some("checkout-c"));

    for (desk, other) in [(still, "checkout-c"), (flying, "checkout-b")] {
        let gone = of_person(&leave(other), &desk, at(50)).expect("nothing to do");
        assert_eq!((stopped(&gone), back(&gone)), (None, None));
        assert_eq!(gone.why, format!("{other} is not what checkout has by now"));
    }
}

#[test]
fn a_button_pressed_twice_does_not_stop_the_way_back() {
    let mut desk = in_flight(released("checkout", None), None);
    let way_back = Waiter {
        deployment: "checkout-c".parse().expect("a name"),
        title: "checkout v1.0.0".into(),
        height: Height { version: None, pushed_at: at(0) },
        explicit: true,
        urgent: true,
        hotfix: false,
        freezes: Vec::new(),
        since: at(0),
        when_busy: WhenBusy::Queue,
        token: "token-c".parse().expect("a token"),
    };
    (desk, _) = desk.claim(way_back, true, at(49));

    let again = of_person(&ask(None), &desk, at(50)).expect("an answer");

    assert_eq!((again.stop, again.deploy), (None, None));
    assert_eq!(again.why, "checkout-c goes back already");
}

#[test]
fn a_persons_word_goes_past_a_migration_and_says_so() {
    let says =
        "ada went back: receipts are wrong (it goes past this: its migration cannot be undone)";
    let flying = in_flight(released("checkout", None), Some(Hold::Migration));
    let concluded = concluded("checkout", 10, |it| it.hold = Some(Hold::Migration));

    let stop = of_person(&ask(None), &flying, at(50)).expect("something to stop");
    assert_eq!((stopped(&stop), stop.why.as_str()), (Some("checkout-c"), says));
    let back = of_person(&ask(None), &concluded, at(50)).expect("a way back");
    assert_eq!(back.deploy.and_then(|way| way.input.reason).as_deref(), Some(says));
}

#[test]
fn what_a_person_cannot_mean_is_told() {
    let nothing = of_person(&ask(None), &Desk::new("checkout".parse().expect("a name")), at(50));
    assert!(nothing.is_err_and(|why| why.contains("say `to`")));
    let wrong = of_person(&ask(Some("no tag!")), &released("checkout", None), at(50));
    assert!(wrong.is_err_and(|why| why.starts_with("at `to`")));
}
