//! The one decision made again and again during a rollout: go on, look again later, or take back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::approval::{self, About, Asking, Standing, Word};
use crate::evidence::{Evidence, Finding, Says};
use crate::name::HookId;
use crate::plan::Plan;
use crate::rollout::{Progress, Rollout, RolloutState};
use crate::seconds::Seconds;
use crate::service::OnFailure;
use crate::strategy::Stage;

/// No two looks at a rollout are further apart than this, whatever events are lost.
pub const LONGEST_WAIT: Seconds = Seconds::minutes(5);

/// A failing check before production moved is asked again after this.
const SOON: Seconds = Seconds(5);

/// How long something unclear may hold up a pause before green is taken back. Shorter than the
/// patience that the pause itself has, so that we go back with a reason before ECS does without.
pub const UNCLEAR: Seconds = Seconds::minutes(15);

/// How long ECS may take to take green back before a person is called.
const LONGEST_WAY_BACK: Seconds = Seconds(2 * 3600);

/// What was decided, why, and what to wait for next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What is done now.
    pub decision: Decision,
    /// The pause that is answered, when the rollout goes on.
    #[serde(default)]
    pub hook: Option<HookId>,
    /// Why, in a sentence.
    pub why: String,
    /// Whether green is taken back by its own fault, so that nothing may bring it again.
    #[serde(default)]
    pub fault: bool,
    /// What each check said.
    pub findings: Vec<Finding>,
    /// Green's share of production traffic at that moment, in percent.
    pub share: f64,
    /// What to watch for until the next look.
    pub watch: Watch,
}

impl Verdict {
    /// There is nothing to look at: nothing was launched.
    pub fn nothing_to_judge() -> Self {
        Self {
            decision: Decision::Conclude,
            hook: None,
            why: "nothing was launched".into(),
            fault: false,
            findings: Vec::new(),
            share: 0.0,
            watch: Watch::first(),
        }
    }
}

/// What is done after a look at the rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Answer the pause: go on.
    Proceed,
    /// Look again when something moves, or after a while.
    Wait,
    /// Take green back.
    TakeBack,
    /// It is over: see how it ended.
    Conclude,
}

/// What to watch for, and how long at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// What the rollout did at the last look; anything else is news.
    pub seen: Option<Progress>,
    /// Look again after this without news.
    pub seconds: Seconds,
    /// What people are asked meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asking>,
    /// How many of their words were heard.
    #[serde(default)]
    pub heard: usize,
}

impl Watch {
    /// Watches a rollout that nobody looked at yet.
    pub fn first() -> Self {
        Self { seen: None, seconds: LONGEST_WAIT, asks: None, heard: 0 }
    }

    /// Whether there is something to decide that the last look did not see.
    pub fn is_news(&self, progress: &Progress) -> bool {
        !matches!(progress, Progress::Moving { .. }) && self.seen.as_ref() != Some(progress)
    }
}

/// Decides over a rollout from what ECS tells (`state`) and what was measured.
pub fn judge(
    plan: &Plan,
    rollout: &Rollout,
    state: &RolloutState,
    evidence: &Evidence,
    now: Timestamp,
) -> Verdict {
    let progress = state.progress(&plan.pauses, rollout.answered.as_ref());
    let findings = evidence.findings(state.began, state.wanted);
    let gives_way = evidence.gives_way.as_ref().filter(|_| rollout.taking_back.is_none());
    let (decision, why) = match gives_way {
        Some(to) if !state.status.is_end() => (Next::TakeBack, format!("superseded by {to}")),
        _ => decide(plan, rollout, state, &progress, &findings, &evidence.words, now),
    };
    let (decision, why) = match decision {
        Next::TakeBack if gives_way.is_some() || state.status.is_going_back() => (decision, why),
        // While production sees nothing of green, taking it back moves no traffic.
        Next::TakeBack | Next::LetGo
            if plan.service.on_failure == OnFailure::Hold && state.share > 0.0 =>
        {
            hold_on(plan, &progress, &evidence.words, &why)
        }
        decision => (decision, why),
    };

    let hook = match &progress {
        Progress::Paused { hook, .. } if matches!(decision, Next::Proceed) => Some(hook.clone()),
        _ => None,
    };
    let blamed = matches!(decision, Next::TakeBack);
    let (decision, seconds, asks) = match decision {
        Next::Proceed => (Decision::Proceed, LONGEST_WAIT, None),
        Next::Wait(seconds) => (Decision::Wait, seconds.clamp(Seconds(1), LONGEST_WAIT), None),
        Next::Ask(asks) => {
            let left = Seconds::between(now, asks.until);
            (Decision::Wait, left.clamp(Seconds(1), LONGEST_WAIT), Some(asks))
        }
        Next::TakeBack | Next::LetGo => (Decision::TakeBack, LONGEST_WAIT, None),
        Next::Conclude => (Decision::Conclude, LONGEST_WAIT, None),
    };
    // After an answer anything that ECS shows is news; while waiting only a change is.
    let seen = (decision == Decision::Wait).then_some(progress);
    // Who made ECS go back knows whether green is at fault, and has recorded it.
    let judged = gives_way.is_none() && !state.status.is_going_back();
    let fault = blamed && judged;
    let watch = Watch { seen, seconds, asks, heard: evidence.words.len() };
    Verdict { decision, hook, why, fault, findings, share: state.share, watch }
}

/// A decision, with how long to wait where it is to wait.
enum Next {
    Proceed,
    Wait(Seconds),
    Ask(Asking),
    TakeBack,
    /// Take it back, and blame it for nothing.
    LetGo,
    Conclude,
}

/// Leaves production where it is until a person says more. Green goes on from the pause at which
/// that was said, and from no other.
fn hold_on(plan: &Plan, progress: &Progress, words: &[Word], why: &str) -> (Next, String) {
    let Progress::Paused { since, .. } = progress else {
        return (Next::Wait(LONGEST_WAIT), format!("held for a person to decide: {why}"));
    };
    let said = words.iter().find(|word| word.about == About::Hold && word.at >= *since);
    match said {
        Some(word) => (Next::Proceed, format!("{word}; {why}")),
        None => {
            let asks = approval::held(plan, why, *since);
            let why = asks.why.clone();
            (Next::Ask(asks), why)
        }
    }
}

fn decide(
    plan: &Plan,
    rollout: &Rollout,
    state: &RolloutState,
    progress: &Progress,
    findings: &[Finding],
    words: &[Word],
    now: Timestamp,
) -> (Next, String) {
    if let Progress::Ended { status } = progress {
        return (Next::Conclude, format!("ECS ended it as {status}"));
    }
    if let Some(back) = &rollout.taking_back {
        return match Seconds::between(back.since, now) < LONGEST_WAY_BACK {
            true => (Next::Wait(Seconds::minutes(1)), "green is being taken back".into()),
            false => (Next::Conclude, format!("ECS did not take green back in {LONGEST_WAY_BACK}")),
        };
    }
    if state.status.is_going_back() {
        let why = state.reason.clone();
        return (Next::TakeBack, why.unwrap_or_else(|| "ECS is going back".into()));
    }
    if let Some(alarm) = findings.iter().find(|finding| finding.says == Says::Alarm) {
        return (Next::TakeBack, alarm.to_string());
    }

    match progress {
        Progress::Paused { stage, since, .. } => {
            let hold = hold(plan, *stage, state.share);
            let looked = at_a_pause(plan, *stage, hold, findings, Seconds::between(*since, now));
            if !matches!(looked, (Next::Proceed, _)) {
                return looked;
            }
            match approval::stands(plan, *stage, state.share, hold, *since, words, now) {
                Standing::GoesOn(None) => looked,
                Standing::GoesOn(Some(why)) => (Next::Proceed, why),
                Standing::Overdue(why) => (Next::LetGo, why),
                Standing::Asked(asks) => {
                    let why = asks.why.clone();
                    (Next::Ask(asks), why)
                }
            }
        }
        Progress::Moving { stage } if is_starting(stage.as_deref()) => {
            starting(plan, Seconds::between(state.began, now))
        }
        Progress::Moving { .. } | Progress::Ended { .. } => {
            (Next::Wait(LONGEST_WAIT), "ECS works on it".into())
        }
    }
}

/// Whether green's tasks are being started: nothing of it can be asked yet.
fn is_starting(stage: Option<&str>) -> bool {
    matches!(stage, Some("RECONCILE_SERVICE" | "PRE_SCALE_UP" | "SCALE_UP" | "POST_SCALE_UP"))
}

/// Decides while green's tasks start. The circuit breaker of ECS is for rolling deployments only, so
/// a green that never becomes healthy would stand there for a day.
fn starting(plan: &Plan, passed: Seconds) -> (Next, String) {
    let limit = plan.service.checks.start_within;
    match limit.0.saturating_sub(passed.0) {
        0 => (Next::TakeBack, format!("green did not become healthy in {limit}")),
        left => (Next::Wait(Seconds(left).min(LONGEST_WAIT)), "green is starting".into()),
    }
}

/// Decides at a pause that has lasted for `paused` and is to be watched for `hold`.
fn at_a_pause(
    plan: &Plan,
    stage: Stage,
    hold: Seconds,
    findings: &[Finding],
    paused: Seconds,
) -> (Next, String) {
    let left_of = |length: Seconds| Seconds(length.0.saturating_sub(paused.0));
    let first = |says| findings.iter().find(|finding| finding.says == says);

    if let Some(failed) = first(Says::Fail) {
        let unseen = stage == Stage::PostTestTrafficShift;
        return match left_of(plan.service.checks.within) {
            left @ Seconds(1..) if unseen => (Next::Wait(SOON.min(left)), failed.to_string()),
            _ => (Next::TakeBack, failed.to_string()),
        };
    }
    if let Some(unclear) = first(Says::Pending) {
        return match left_of(Seconds(hold.0 + UNCLEAR.0)) {
            Seconds(0) => {
                (Next::TakeBack, format!("{unclear}, and that did not clear in {UNCLEAR}"))
            }
            _ => (Next::Wait(Seconds(15)), unclear.to_string()),
        };
    }
    match left_of(hold) {
        Seconds(0) => (Next::Proceed, format!("all is well at {stage}")),
        left => {
            let interval = Seconds(hold.0 / 5).max(SOON);
            (
                Next::Wait(interval.min(left)),
                format!("all is well at {stage}, watched for {left} more"),
            )
        }
    }
}

/// How long a pause is watched. Before the first step of a canary or linear shift production sees
/// nothing of green, so there is nothing to watch.
fn hold(plan: &Plan, stage: Stage, share: f64) -> Seconds {
    let unseen = stage == Stage::PreProductionTrafficShift && share == 0.0;
    let pause = plan.pauses.iter().find(|pause| pause.stage == stage && !unseen);
    pause.map_or(Seconds(0), |pause| pause.hold)
}

#[cfg(test)]
mod tests {
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
            share,
            wanted: 2,
            began: at(0),
            reason: None,
        }
    }

    fn evidence(status: u16, alarm: Option<u64>, healthy: u32) -> Evidence {
        let smoke = serde_json::from_value(json!({ "path": "/" })).unwrap();
        Evidence {
            gives_way: None,
            spared: false,
            alarms: alarm
                .map(|since| Alarm {
                    name: "5xx".into(),
                    state: AlarmState::Ringing,
                    since: at(since),
                })
                .into_iter()
                .collect(),
            targets: Some(Targets { healthy, total: 2, reason: None }),
            words: vec![],
            smoke: vec![(smoke, Ok(Answer { status, body: String::new(), millis: 3 }))],
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
            (
                "green never starts",
                blue_green(),
                None,
                0.0,
                Evidence::default(),
                900,
                TakeBack,
                300,
            ),
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
}
