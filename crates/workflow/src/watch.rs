//! Waits until the rollout has news.

use domain::Failure;
use domain::desk::{Lease, Watcher};
use domain::event::{Event, Paused};
use domain::name::CallbackToken;
use domain::plan::Plan;
use domain::rollout::Rollout;
use domain::verdict::Watch;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fence;
use crate::ports::{Bus, Callbacks, Clock, Fleet, Ledger};

/// A rollout to look out for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookOut {
    /// What is deployed.
    pub plan: Plan,
    /// The right to do it; none where a stopped execution lost it.
    pub lease: Option<Lease>,
    /// Its rollout, if one was started.
    pub rollout: Option<Rollout>,
    /// What was seen last.
    pub watch: Watch,
    /// Who waits for news.
    pub token: CallbackToken,
}

/// Waits until the rollout has news: leaves word whom to wake, then looks once itself, because the
/// event may have come first. The news is not told; who is woken reads it from ECS.
///
/// What people are asked is put on the bus, once for each question.
pub async fn watch(
    clock: &impl Clock,
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    bus: &impl Bus,
    input: LookOut,
) -> Result<(), Failure> {
    let LookOut { plan, lease, rollout, watch, token } = input;
    let Some(rollout) = rollout else {
        callbacks.succeed(&token, json!({})).await?;
        return Ok(());
    };
    let watcher = Watcher {
        deployment: plan.deployment.clone(),
        rollout: rollout.arn.clone(),
        place: plan.service.place(),
        alarms: plan.alarms().to_vec(),
        alerts: plan.alerts().to_vec(),
        answered: rollout.answered.clone(),
        hold: plan.holds(),
        asks: watch.asks.clone(),
        token: token.clone(),
    };
    let now = clock.now();
    let (asked, heard) = fence::rewrite(ledger, &plan.service.name, |desk| {
        let asked = desk.watcher.as_ref().and_then(|before| before.asks.clone());
        let heard = desk.words.len();
        (desk.watch(lease.as_ref(), watcher.clone(), now), (asked, heard))
    })
    .await?;
    if let Some(asks) = watch.asks.as_ref().filter(|asks| !asks.is_asked_by(asked.as_ref())) {
        bus.publish(&[Event::DeploymentPaused(Paused::of(&plan, asks.clone()))]).await?;
    }

    let state = fleet.rollout(&rollout.arn).await?;
    let progress = state.progress(&plan.pauses, rollout.answered.as_ref());

    if watch.is_news(&progress) || heard > watch.heard {
        callbacks.succeed(&token, json!({})).await?;
    }
    Ok(())
}
