//! Answers a pause: go on.

use domain::Failure;
use domain::desk::Lease;
use domain::event::{Event, Moved};
use domain::name::HookId;
use domain::plan::Plan;
use domain::record::Entry;
use domain::rollout::Rollout;
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::ports::{Bus, Clock, Fleet, Ledger, Reply};
use crate::progress;

/// A pause at which all was well.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proceed {
    /// What is deployed.
    pub plan: Plan,
    /// The right to do it.
    pub lease: Lease,
    /// Its rollout.
    pub rollout: Rollout,
    /// The pause. It comes from the verdict, not from ECS, so that asking twice answers one pause.
    pub hook: HookId,
}

/// Lets the rollout go on past this pause, and tells the bus.
pub async fn proceed(
    clock: &impl Clock,
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    bus: &impl Bus,
    input: Proceed,
) -> Result<Rollout, Failure> {
    let Proceed { plan, lease, rollout, hook } = input;
    fence::hold(ledger, &lease).await?;

    fleet.answer(&rollout.arn, &hook, Reply::Continue).await?;

    let entry = Entry::Proceeded { hook: hook.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, %hook, "proceeded with {}", plan.title());
    let moved = Moved::of(&plan, clock.now());
    progress::tell(clock, bus, Event::DeploymentProgressed(moved)).await;
    Ok(Rollout { answered: Some(hook), ..rollout })
}
