//! Takes green back.

use domain::Failure;
use domain::event::{Event, Moved};
use domain::migration::Hold;
use domain::outcome::Caught;
use domain::plan::Plan;
use domain::record::Entry;
use domain::rollout::{Progress, Rollout, TakingBack};
use domain::verdict::{Decision, Verdict, Watch};
use serde::{Deserialize, Serialize};

use crate::ports::{Bus, Clock, Fleet, Ledger, Reply};
use crate::progress;

/// A rollout that must not stay, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restore {
    /// What was deployed.
    pub plan: Plan,
    /// Its rollout, as far as is known: `Launch` may have begun one and not lived to tell.
    pub rollout: Option<Rollout>,
    /// The verdict against it, if there was one.
    pub verdict: Option<Verdict>,
    /// What went wrong otherwise.
    pub failure: Option<Caught>,
}

/// A rollout on its way back, and what to watch for; no rollout if none was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restored {
    /// The rollout.
    pub rollout: Option<Rollout>,
    /// What to watch for.
    pub watch: Watch,
}

/// Takes green back: by the answer to the pause it waits at, else by stopping it. Then the bus is
/// told.
///
/// This needs no lease. It touches only the rollout that this deployment began, and going back is
/// right even for a deployment that lost its lease.
pub async fn restore(
    clock: &impl Clock,
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    bus: &impl Bus,
    input: Restore,
) -> Result<Restored, Failure> {
    let Restore { plan, rollout, verdict, failure } = input;
    let record = ledger.record(&plan.deployment).await?;
    let rollout = match rollout {
        Some(rollout) => Some(rollout),
        None => find(fleet, &plan, record.as_ref().and_then(|record| record.green())).await?,
    };
    let Some(rollout) = rollout else {
        return Ok(Restored { rollout: None, watch: Watch::first() });
    };
    let state = fleet.rollout(&rollout.arn).await?;

    // What was decided counts; a failure that was caught before led to that decision.
    let verdict = verdict.filter(|verdict| verdict.decision == Decision::TakeBack);
    let failure = failure.filter(|_| verdict.is_none());
    let begun = record.and_then(|record| record.taking_back().cloned());
    let undecided = verdict.is_none() && begun.is_none() && !state.status.is_going_back();
    if undecided && plan.irreversible && state.share > 0.0 {
        // `Judge` asks a person. That something failed on the way there is no such word.
        tracing::warn!(service = %plan.service.name, deployment = %plan.deployment, "leaves {} where it is: {}", plan.title(), Hold::Migration);
        return Ok(Restored { rollout: Some(rollout), watch: Watch::first() });
    }

    let fault = failure.is_none() && verdict.as_ref().is_some_and(|verdict| verdict.fault);
    let why = failure.map(|caught| caught.to_string()).or(verdict.map(|verdict| verdict.why));
    let back = begun.unwrap_or_else(|| TakingBack {
        since: clock.now(),
        why: why.unwrap_or_else(|| "its execution was stopped".into()),
        fault,
    });

    match state.progress(&plan.pauses, rollout.answered.as_ref()) {
        Progress::Ended { .. } => {}
        Progress::Paused { hook, .. } => fleet.answer(&rollout.arn, &hook, Reply::Rollback).await?,
        Progress::Moving { .. } if state.status.is_going_back() => {}
        Progress::Moving { .. } => fleet.stop(&rollout.arn).await?,
    }

    let entry = Entry::TakenBack { back: back.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    tracing::warn!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, "taking back {}: {}", plan.title(), back.why);
    let moved = Moved::of(&plan, clock.now());
    progress::tell(clock, bus, Event::DeploymentProgressed(moved)).await;
    let rollout = Rollout { taking_back: Some(back), ..rollout };
    Ok(Restored { rollout: Some(rollout), watch: Watch::first() })
}

/// The rollout of a deployment that did not live to tell about it.
pub(crate) async fn find(
    fleet: &impl Fleet,
    plan: &Plan,
    green: Option<&domain::name::Arn>,
) -> Result<Option<Rollout>, Failure> {
    let Some(green) = green else { return Ok(None) };

    let found = fleet.find(&plan.service.place(), green).await?;
    Ok(found.map(|arn| Rollout {
        arn,
        task_definition: green.clone(),
        answered: None,
        taking_back: None,
    }))
}
