//! The one decision made again and again during a rollout: go on, look again later, or take back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::approval::{self, About, Asking, Standing, Word};
use crate::evidence::Evidence;
use crate::finding::{Finding, Says};
use crate::migration::Hold;
use crate::name::HookId;
use crate::plan::Plan;
use crate::rollout::{Progress, Rollout, RolloutState};
use crate::seconds::Seconds;
use crate::strategy::Stage;

/// No two looks at a rollout are further apart than this, whatever events are lost.
pub const LONGEST_WAIT: Seconds = Seconds::minutes(5);

/// A failing check before production moved is asked again after this.
const SOON: Seconds = Seconds(5);

/// What is unclear is asked again after this.
const SOMEWHAT_LATER: Seconds = Seconds(15);

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
    /// The pause at which it was looked at, if the rollout waited at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
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
            stage: None,
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

    /// Watches a rollout that begins now, until green has to be healthy at the latest.
    pub fn starting(plan: &Plan) -> Self {
        let limit = plan.service.checks.start_within;
        Self { seconds: limit.clamp(Seconds(1), LONGEST_WAIT), ..Self::first() }
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
    let mends = plan.fix_forward.is_some() && !is_baking(&progress);
    let findings = evidence.findings(state.began, state.wanted, mends, now);
    let gives_way = evidence.gives_way.as_ref().filter(|_| rollout.taking_back.is_none());
    let (decision, why) = match gives_way {
        Some(to) if !state.status.is_end() => (Next::TakeBack, format!("superseded by {to}")),
        _ => decide(plan, rollout, state, &progress, &findings, evidence, now),
    };
    let hold = plan.holds().filter(|_| state.share > 0.0);
    let (decision, why) = match (decision, hold) {
        (decision @ Next::TakeBack, _) if gives_way.is_some() || state.status.is_going_back() => {
            (decision, why)
        }
        // While production sees nothing of green, taking it back moves no traffic.
        (Next::TakeBack | Next::LetGo, Some(hold)) => {
            let why = match hold {
                Hold::Document => why,
                Hold::Migration => format!("{why}; {hold}"),
            };
            hold_on(plan, &progress, &evidence.words, &why)
        }
        (decision, _) => (decision, why),
    };

    let hook = match &progress {
        Progress::Paused { hook, .. } if matches!(decision, Next::Proceed) => Some(hook.clone()),
        _ => None,
    };
    let stage = match &progress {
        Progress::Paused { stage, .. } => Some(*stage),
        Progress::Moving { .. } | Progress::Ended { .. } => None,
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
    Verdict { decision, hook, stage, why, fault, findings, share: state.share, watch }
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
    evidence: &Evidence,
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
    if let Some(why) = &evidence.broken_off {
        return (Next::LetGo, why.clone());
    }
    if let Some(alarm) = findings.iter().find(|finding| finding.says == Says::Alarm) {
        return (Next::TakeBack, alarm.to_string());
    }

    match progress {
        Progress::Paused { stage, since, .. } => {
            let hold = hold(plan, *stage, state.share);
            let paused = Seconds::between(*since, now);
            let looked = at_a_pause(plan, *stage, state.share, hold, findings, paused);
            if !matches!(looked, (Next::Proceed, _)) {
                return looked;
            }
            let words = &evidence.words;
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

/// Whether green has all of production, and blue still stands.
fn is_baking(progress: &Progress) -> bool {
    matches!(progress, Progress::Paused { stage: Stage::PostProductionTrafficShift, .. })
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
    share: f64,
    hold: Seconds,
    findings: &[Finding],
    paused: Seconds,
) -> (Next, String) {
    let back = |of: &Finding| if of.blames(share > 0.0) { Next::TakeBack } else { Next::LetGo };
    let left_of = |length: Seconds| Seconds(length.0.saturating_sub(paused.0));
    let first = |says| findings.iter().find(|finding| finding.says == says);

    if let Some(failed) = first(Says::Fail) {
        let unseen = stage == Stage::PostTestTrafficShift;
        return match left_of(plan.service.checks.within) {
            left @ Seconds(1..) if unseen => (Next::Wait(SOON.min(left)), failed.to_string()),
            _ => (back(failed), failed.to_string()),
        };
    }
    if let Some(unclear) = first(Says::Pending) {
        return match left_of(Seconds(hold.0 + UNCLEAR.0)) {
            Seconds(0) => {
                (back(unclear), format!("{unclear}, and that did not clear in {UNCLEAR}"))
            }
            _ => {
                // What is watched anyway is not asked more often: a day of looks is more than an
                // execution can remember.
                let left = left_of(hold);
                let interval = Seconds(hold.0 / 5).clamp(SOMEWHAT_LATER, LONGEST_WAIT).min(left);
                (Next::Wait(interval.max(SOMEWHAT_LATER)), unclear.to_string())
            }
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
mod tests;
