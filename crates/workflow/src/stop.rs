//! Stops a rollout in flight and goes back.

use domain::Failure;
use domain::attribution::Stopping;
use domain::name::DeploymentId;
use domain::record::Entry;
use domain::rollout::{RolloutState, TakingBack};
use futures_util::future::join;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ports::{Callbacks, Clock, Fleet, Ledger, Reply};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stopped {
    /// What is taken back now, if it could be.
    pub left: Option<DeploymentId>,
    /// Why, or why not.
    pub why: String,
}

impl Stopped {
    fn not(why: String) -> Self {
        Self { left: None, why }
    }
}

/// Takes a rollout back that is in flight, whatever it is doing, with as few calls before it as
/// there can be: traffic waits for this. Its deployment is woken, sees it, and comes to its end.
pub async fn stop(
    clock: &impl Clock,
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    stopping: Stopping,
) -> Result<Stopped, Failure> {
    let Stopping { service, deployment, rollout, answered, token, before, why } = stopping;
    let state = fleet.rollout(&rollout).await?;

    if state.status.is_end() {
        return Ok(Stopped::not(format!("ECS ended it as {}", state.status)));
    }
    if let Some(rang) = before.filter(|rang| *rang <= state.began) {
        let why = format!("it began at {}, and what rings began at {rang}", state.began);
        ledger.append(&deployment, &service, Entry::Attributed { why: why.clone() }).await?;
        return Ok(Stopped::not(why));
    }

    let waiting = state.waiting.iter().find(|hook| Some(&hook.id) != answered.as_ref());
    match waiting {
        _ if state.status.is_going_back() => {}
        Some(hook) => fleet.answer(&rollout, &hook.id, Reply::Rollback).await?,
        None => fleet.stop(&rollout).await?,
    }
    // A pause that somebody answered in between took no notice of us.
    let heeded = async {
        match waiting.is_some() && !goes_back(&fleet.rollout(&rollout).await?) {
            true => fleet.stop(&rollout).await,
            false => Ok(()),
        }
    };
    // ECS wakes the deployment too, which would write down no more than that ECS goes back, if it
    // came first.
    let back = TakingBack { since: clock.now(), why: why.clone(), fault: true };
    let told = ledger.append(&deployment, &service, Entry::TakenBack { back });
    let (told, heeded) = join(told, heeded).await;
    heeded.and(told)?;
    callbacks.succeed(&token, json!({})).await?;
    tracing::warn!(%service, %deployment, "stopped {deployment}: {why}");
    Ok(Stopped { left: Some(deployment), why })
}

fn goes_back(state: &RolloutState) -> bool {
    state.status.is_going_back() || state.status.is_end()
}
