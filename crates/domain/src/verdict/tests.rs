//! What is decided, by what was seen and measured.

use super::*;
use crate::desk::Desk;
use crate::evidence::{Alarm, AlarmState, Answer, Targets};
use crate::rollout::{Status, TakingBack, WaitingHook};
use crate::service::ServiceDocument;
use serde_json::json;

fn at(second: u64) -> Timestamp {
    Seconds(second).after(Timestamp::UNIX_EPOCH)
}

fn plan(strategy: &serde_json::Value) -> Plan {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
        "cluster": "shop", "strategy": strategy, "bake": "10m",
        "checks": { "smoke": [{ "path": "/" }], "alarms": ["5xx"], "within": "30s" }
    });
    Plan::decide(
        "checkout-1".parse().unwrap(),
        ServiceDocument::read(&document.to_string()).unwrap(),
        &serde_json::from_value(json!({ "service": "checkout", "tag": "v1.0.0" })).unwrap(),
        format!("sha256:{}", "aa".repeat(32)).parse().unwrap(),
        &Desk::new("checkout".parse().unwrap()),
        at(0),
    )
    .unwrap()
}

fn rollout() -> Rollout {
    Rollout {
        arn: "arn:aws:ecs:local:0:service-deployment/shop/checkout/1".parse().unwrap(),
        task_definition: "arn:aws:ecs:local:0:task-definition/checkout:2".parse().unwrap(),
        answered: None,
        taking_back: None,
    }
}

/// A rollout that began at 0 and, if a stage is given, pauses there since 100.
fn state(plan: &Plan, paused: Option<Stage>, share: f64) -> RolloutState {
    let waiting = paused.map(|stage| {
        let pause = plan.pauses.iter().find(|pause| pause.stage == stage).unwrap();
        WaitingHook {
            id: "hook-1".parse().unwrap(),
            stage,
            expires_at: Seconds::minutes(pause.gives_up.in_minutes()).after(at(100)),
        }
    });
    RolloutState {
        status: Status::InProgress,
        stage: Some(paused.map_or("SCALE_UP", Stage::as_str).into()),
        waiting: waiting.into_iter().collect(),
        green: None,
        blue: None,
        share,
        wanted: 2,
        began: at(0),
        reason: None,
    }
}

fn evidence(status: u16, alarm: Option<u64>, healthy: u32) -> Evidence {
    let smoke = serde_json::from_value(json!({ "path": "/" })).unwrap();
    Evidence {
        alarms: alarm
            .map(|since| Alarm { name: "5xx".into(), state: AlarmState::Ringing, since: at(since) })
            .into_iter()
            .collect(),
        targets: Some(Targets { healthy, total: 2, reason: None }),
        words: vec![],
        smoke: vec![(smoke, Ok(Answer { status, body: String::new(), millis: 3 }))],
        ..Evidence::default()
    }
}

#[test]
fn news_is_what_asks_for_a_decision_and_was_not_seen() {
    let plan = plan(&json!({ "blue_green": {} }));
    let moving = state(&plan, None, 0.0).progress(&plan.pauses, None);
    let pause = state(&plan, Some(Stage::PostTestTrafficShift), 0.0);
    let paused = pause.progress(&plan.pauses, None);
    let saw = |seen: &Progress| Watch { seen: Some(seen.clone()), ..Watch::first() };

    assert!(Watch::first().is_news(&paused));
    assert!(saw(&moving).is_news(&paused));
    assert!(!saw(&paused).is_news(&paused), "it is being watched");
    assert!(!saw(&paused).is_news(&moving), "there is nothing to answer");
    assert!(!Watch::first().is_news(&moving));
}

#[test]
fn every_look_has_one_answer() {
    use Decision::{Proceed, TakeBack, Wait};
    let blue_green = || json!({ "blue_green": {} });
    let canary = || json!({ "canary": { "percent": 10, "hold": "5m" } });
    let test = Some(Stage::PostTestTrafficShift);
    let step = Some(Stage::PreProductionTrafficShift);
    let bake = Some(Stage::PostProductionTrafficShift);
    let good = || evidence(200, None, 2);
    let no_smoke = || Evidence { smoke: vec![], ..good() };
    let rings = |since| Evidence { smoke: vec![], ..evidence(200, Some(since), 2) };
    let healthy = |healthy| Evidence { smoke: vec![], ..evidence(200, None, healthy) };

    for (story, strategy, paused, share, evidence, now, decision, seconds) in [
        ("scaling up", blue_green(), None, 0.0, rings(0).quiet(), 50, Wait, 300),
        ("an alarm while ECS moves", blue_green(), None, 0.0, rings(40), 50, TakeBack, 300),
        (
            "an old alarm while ECS moves",
            blue_green(),
            None,
            0.0,
            Evidence::default(),
            50,
            Wait,
            300,
        ),
        ("green starts slowly", blue_green(), None, 0.0, Evidence::default(), 700, Wait, 200),
        ("green never starts", blue_green(), None, 0.0, Evidence::default(), 900, TakeBack, 300),
        ("smoke is good", blue_green(), test, 0.0, good(), 101, Proceed, 300),
        ("smoke is bad, early", blue_green(), test, 0.0, evidence(500, None, 2), 101, Wait, 5),
        (
            "smoke is bad, nearly too late",
            blue_green(),
            test,
            0.0,
            evidence(500, None, 2),
            128,
            Wait,
            2,
        ),
        (
            "smoke is bad, too late",
            blue_green(),
            test,
            0.0,
            evidence(500, None, 2),
            130,
            TakeBack,
            300,
        ),
        ("no target yet", blue_green(), test, 0.0, healthy(0), 101, Wait, 5),
        ("one target of two", blue_green(), test, 0.0, healthy(1), 101, Wait, 15),
        ("one target for too long", blue_green(), test, 0.0, healthy(1), 1100, TakeBack, 300),
        ("the bake begins", blue_green(), bake, 100.0, no_smoke(), 100, Wait, 120),
        ("the bake nears its end", blue_green(), bake, 100.0, no_smoke(), 690, Wait, 10),
        ("the bake is over", blue_green(), bake, 100.0, no_smoke(), 700, Proceed, 300),
        ("an alarm in the bake", blue_green(), bake, 100.0, rings(200), 201, TakeBack, 300),
        ("green dies in the bake", blue_green(), bake, 100.0, healthy(0), 201, TakeBack, 300),
        ("before the first step", canary(), step, 0.0, no_smoke(), 100, Proceed, 300),
        ("at the first step", canary(), step, 10.0, no_smoke(), 100, Wait, 60),
        ("after the first step", canary(), step, 10.0, no_smoke(), 400, Proceed, 300),
    ] {
        let plan = plan(&strategy);
        let state = state(&plan, paused, share);
        let verdict = judge(&plan, &rollout(), &state, &evidence, at(now));
        assert_eq!(
            (verdict.decision, verdict.watch.seconds.0),
            (decision, seconds),
            "{story}: {}",
            verdict.why
        );
        assert_eq!(verdict.hook.is_some(), decision == Proceed, "{story}");
    }
}

impl Evidence {
    fn quiet(mut self) -> Self {
        self.alarms[0].state = AlarmState::Quiet;
        self.targets = None;
        self
    }
}

#[test]
fn an_alarm_from_before_holds_the_rollout_up_and_does_not_blame_it() {
    let plan = plan(&json!({ "blue_green": {} }));
    let mut state = state(&plan, Some(Stage::PostTestTrafficShift), 0.0);
    state.began = at(50);
    let evidence = evidence(200, Some(49), 2);

    let verdict = judge(&plan, &rollout(), &state, &evidence, at(101));
    assert_eq!(verdict.decision, Decision::Wait, "{}", verdict.why);

    let verdict = judge(&plan, &rollout(), &state, &evidence, at(100 + UNCLEAR.0));
    assert_eq!(verdict.decision, Decision::TakeBack, "{}", verdict.why);
}

#[test]
fn what_is_to_mend_an_alarm_goes_on_while_it_rings_and_must_silence_it_by_the_end() {
    let plan =
        Plan { fix_forward: Some("mends the totals".into()), ..plan(&json!({ "blue_green": {} })) };
    let look = |stage, share, rings: Option<u64>, now| {
        let state = RolloutState { began: at(50), ..state(&plan, Some(stage), share) };
        judge(&plan, &rollout(), &state, &evidence(200, rings, 2), at(now))
    };
    let (test, bake) = (Stage::PostTestTrafficShift, Stage::PostProductionTrafficShift);
    let end = 100 + plan.service.bake.0;

    let verdict = look(test, 0.0, Some(49), 101);
    assert_eq!(verdict.decision, Decision::Proceed, "{}", verdict.why);
    let verdict = look(bake, 100.0, Some(49), end);
    assert_eq!(verdict.decision, Decision::Wait, "{}", verdict.why);
    let verdict = look(bake, 100.0, None, end);
    assert_eq!(verdict.decision, Decision::Proceed, "{}", verdict.why);

    let late = look(bake, 100.0, Some(49), end + UNCLEAR.0);
    assert_eq!((late.decision, late.fault), (Decision::TakeBack, false), "it made nothing worse");
    let again = look(bake, 100.0, Some(101), 102);
    assert_eq!((again.decision, again.fault), (Decision::TakeBack, true), "{}", again.why);
    let again = look(test, 0.0, Some(101), 102);
    assert_eq!((again.decision, again.fault), (Decision::TakeBack, true), "{}", again.why);
}

#[test]
fn what_is_being_taken_back_is_not_judged_but_seen_to_its_end() {
    let plan = plan(&json!({ "blue_green": {} }));
    let back = TakingBack { since: at(100), why: "5xx".into(), fault: true };
    let rollout = Rollout { taking_back: Some(back), ..rollout() };
    let mut state = state(&plan, None, 100.0);
    let decision = |state: &RolloutState, now| {
        judge(&plan, &rollout, state, &Evidence::default(), at(now)).decision
    };

    assert_eq!(decision(&state, 101), Decision::Wait);
    assert_eq!(decision(&state, 100 + LONGEST_WAY_BACK.0), Decision::Conclude);
    state.status = Status::RollbackSuccessful;
    assert_eq!(decision(&state, 101), Decision::Conclude);
}

#[test]
fn what_cannot_be_undone_is_held_for_a_person_once_production_sees_it() {
    let plan = Plan { irreversible: true, ..plan(&json!({ "blue_green": {} })) };
    let seen = state(&plan, Some(Stage::PostProductionTrafficShift), 100.0);
    let unseen = state(&plan, Some(Stage::PostTestTrafficShift), 0.0);
    let rings = || evidence(200, Some(50), 2);
    let broken_off =
        || Evidence { broken_off: Some("it was stopped".into()), ..Evidence::default() };
    let superseded = || Evidence { gives_way: Some("a way back".into()), ..Evidence::default() };

    for (state, evidence, decision, why) in [
        (&seen, rings(), Decision::Wait, "its migration cannot be undone"),
        (&unseen, rings(), Decision::TakeBack, "alarm 5xx: rings"),
        (&seen, broken_off(), Decision::Wait, "it was stopped; its migration cannot be undone"),
        (&unseen, broken_off(), Decision::TakeBack, "it was stopped"),
        (&seen, superseded(), Decision::TakeBack, "superseded by a way back"),
    ] {
        let verdict = judge(&plan, &rollout(), state, &evidence, at(101));
        assert_eq!(verdict.decision, decision, "{}", verdict.why);
        assert!(verdict.why.contains(why), "{}", verdict.why);
        assert_eq!(verdict.watch.asks.is_some(), decision == Decision::Wait);
    }
    let plan = Plan { irreversible: false, ..plan };
    let verdict = judge(&plan, &rollout(), &seen, &broken_off(), at(101));
    assert_eq!((verdict.decision, verdict.fault), (Decision::TakeBack, false));
}

#[test]
fn a_bake_of_ten_minutes_takes_six_looks() {
    let plan = plan(&json!({ "blue_green": {} }));
    let state = state(&plan, Some(Stage::PostProductionTrafficShift), 100.0);
    let (mut now, mut looks) = (100, 0);

    loop {
        looks += 1;
        let verdict = judge(&plan, &rollout(), &state, &Evidence::default(), at(now));
        match verdict.decision {
            Decision::Wait => now += verdict.watch.seconds.0,
            _ => break,
        }
    }

    assert_eq!((looks, now), (6, 700));
}
