//! Decides whether the rollout goes on, waits, or is taken back.

mod measure;
pub(crate) mod metrics;

use domain::Failure;
use domain::evidence::Evidence;
use domain::outcome::Caught;
use domain::plan::Plan;
use domain::record::Entry;
use domain::rollout::{Progress, Rollout};
use domain::verdict::{self, Verdict};
use serde::{Deserialize, Serialize};

use self::measure::{Look, measure};
use crate::ports::{Alarms, Balancer, Clock, Fleet, Ledger, Metrics, Probe, Prometheus, Replicas};
use crate::replicas;

/// A rollout to look at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Judge {
    /// What is deployed.
    pub plan: Plan,
    /// Its rollout, if one was started.
    pub rollout: Option<Rollout>,
    /// Why nobody carries it any more, if so: its execution broke off.
    #[serde(default)]
    pub failure: Option<Caught>,
}

/// Reads how the rollout stands, measures what can be measured there, and decides.
#[expect(clippy::too_many_arguments, reason = "a step's signature is its list of permissions")]
pub async fn judge(
    clock: &impl Clock,
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    cloudwatch: &(impl Alarms + Metrics),
    prometheus: &impl Prometheus,
    probe: &impl Probe,
    replicas: &impl Replicas,
    ledger: &impl Ledger,
    input: Judge,
) -> Result<Verdict, Failure> {
    let Judge { plan, rollout, failure } = input;
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
            let look = Look {
                plan: &plan,
                green: &rollout.task_definition,
                state: &state,
                progress: &progress,
                now,
            };
            let measured = measure(fleet, balancer, cloudwatch, prometheus, probe, &look).await?;
            // A way back waits for nobody.
            let held = desk.holds(now).filter(|_| !plan.cause.is_urgent());
            let words = desk.words.clone();
            let replicas = match (&progress, plan.replicas()) {
                (Progress::Paused { .. }, Some(check)) => {
                    replicas::find(replicas, cloudwatch, check, state.began, now).await
                }
                _ => Vec::new(),
            };
            let alerts = desk.alerts(plan.alerts(), now);
            let (broken_off, spared) = (failure.map(|it| it.to_string()), desk.spares(now));
            Evidence { gives_way, held, broken_off, words, spared, replicas, alerts, ..measured }
        }
    };

    let verdict = verdict::judge(&plan, &rollout, &state, &evidence, now);

    let entry = Entry::Judged { verdict: verdict.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, decision = ?verdict.decision, share = verdict.share, "judged {}: {}", plan.title(), verdict.why);
    Ok(verdict)
}
