//! Waits until the rollout has news.

use domain::Failure;
use domain::desk::{Lease, Watcher};
use domain::name::CallbackToken;
use domain::plan::Plan;
use domain::rollout::Rollout;
use domain::service::OnFailure;
use domain::verdict::Watch;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fence;
use crate::ports::{Callbacks, Clock, Fleet, Ledger};

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
pub async fn watch(
    clock: &impl Clock,
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
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
        answered: rollout.answered.clone(),
        hold: plan.service.on_failure == OnFailure::Hold,
        token: token.clone(),
    };
    let now = clock.now();
    fence::rewrite(ledger, &plan.service.name, |desk| {
        (desk.watch(lease.as_ref(), watcher.clone(), now), ())
    })
    .await?;

    let state = fleet.rollout(&rollout.arn).await?;
    let progress = state.progress(&plan.pauses, rollout.answered.as_ref());

    if watch.is_news(&progress) {
        callbacks.succeed(&token, json!({})).await?;
    }
    Ok(())
}
