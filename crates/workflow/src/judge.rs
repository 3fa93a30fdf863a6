//! Decides whether the rollout goes on, waits, or is taken back.

use domain::Failure;
use domain::evidence::Evidence;
use domain::plan::Plan;
use domain::record::Entry;
use domain::rollout::{Progress, Rollout, RolloutState};
use domain::strategy::Stage;
use domain::verdict::{self, Verdict};
use serde::{Deserialize, Serialize};

use crate::ports::{Alarms, Balancer, Clock, Fleet, Ledger, Probe};

/// A rollout to look at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Judge {
    /// What is deployed.
    pub plan: Plan,
    /// Its rollout, if one was started.
    pub rollout: Option<Rollout>,
}

/// Reads how the rollout stands, measures what can be measured there, and decides.
pub async fn judge(
    clock: &impl Clock,
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    alarms: &impl Alarms,
    probe: &impl Probe,
    ledger: &impl Ledger,
    input: Judge,
) -> Result<Verdict, Failure> {
    let Judge { plan, rollout } = input;
    let Some(rollout) = rollout else {
        return Ok(Verdict::nothing_to_judge());
    };
    let state = fleet.rollout(&rollout.arn).await?;
    let progress = state.progress(&plan.pauses, rollout.answered.as_ref());
    let now = clock.now();
    let evidence = match rollout.taking_back {
        Some(_) => Evidence::default(),
        None => {
            let desk = ledger.desk(&plan.service.name).await?;
            let gives_way = desk.gives_way(&plan.deployment).map(str::to_owned);
            let words = desk.words.clone();
            let measured = measure(fleet, balancer, alarms, probe, &plan, &state, &progress);
            Evidence { gives_way, words, spared: desk.spares(now), ..measured.await? }
        }
    };

    let verdict = verdict::judge(&plan, &rollout, &state, &evidence, now);

    let entry = Entry::Judged { verdict: verdict.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, decision = ?verdict.decision, share = verdict.share, "judged {}: {}", plan.title(), verdict.why);
    Ok(verdict)
}

/// Measures what there is to measure: alarms always, targets at a pause, smoke before production.
async fn measure(
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    alarms: &impl Alarms,
    probe: &impl Probe,
    plan: &Plan,
    state: &RolloutState,
    progress: &Progress,
) -> Result<Evidence, Failure> {
    let mut evidence = Evidence::default();
    if matches!(progress, Progress::Ended { .. }) {
        return Ok(evidence);
    }

    evidence.alarms = alarms.states(plan.alarms()).await?;
    let Progress::Paused { stage, .. } = progress else {
        return Ok(evidence);
    };
    let groups = match &state.green {
        Some(green) => fleet.target_groups(green).await?,
        None => Vec::new(),
    };
    evidence.targets = Some(balancer.targets(&groups).await?);
    if *stage == Stage::PostTestTrafficShift {
        for smoke in plan.smoke() {
            let answer = probe.ask(&plan.service, smoke).await?;
            evidence.smoke.push((smoke.clone(), answer));
        }
    }
    Ok(evidence)
}
