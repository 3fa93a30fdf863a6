//! Tells ECS to begin.

use domain::Failure;
use domain::desk::Lease;
use domain::name::Arn;
use domain::plan::Plan;
use domain::preflight::Serving;
use domain::record::Entry;
use domain::rollout::Rollout;
use domain::strategy::Strategy;
use domain::verdict::Watch;
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::ports::{Deployment, Fleet, Ledger};

/// A deployment that nothing speaks against.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Launch {
    /// What is deployed.
    pub plan: Plan,
    /// The right to do it.
    pub lease: Lease,
    /// What serves until then.
    pub blue: Serving,
}

/// A rollout that began, and what to watch for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Launched {
    /// The rollout.
    pub rollout: Rollout,
    /// What to watch for first.
    pub watch: Watch,
}

/// Tells ECS to begin, or finds that it did already.
///
/// `UpdateService` takes no client token and does not tell the deployment's ARN, so green's task
/// definition, registered for this deployment alone, is what its rollout is recognised by.
pub async fn launch(
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    input: Launch,
) -> Result<Launched, Failure> {
    let Launch { plan, lease, blue } = input;
    let place = plan.service.place();
    fence::hold(ledger, &lease).await?;
    let green = green(fleet, ledger, &plan, &blue).await?;

    if fleet.find(&place, &green).await?.is_none() {
        fleet.launch(&place, &deployment(&plan, green.clone())).await?;
    }

    let arn = fleet.find(&place, &green).await?.ok_or_else(|| {
        Failure::Unavailable(format!("ECS does not show the deployment of {green} yet"))
    })?;
    let entry = Entry::Launched { rollout: arn.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, rollout = %arn, "launched {}", plan.title());
    let rollout = Rollout { arn, task_definition: green, answered: None, taking_back: None };
    Ok(Launched { rollout, watch: Watch::starting(&plan) })
}

/// Green's task definition: the one that the record names, or a new one.
pub(crate) async fn green(
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    plan: &Plan,
    blue: &Serving,
) -> Result<Arn, Failure> {
    let recorded = |record: Option<domain::record::Record>| record.and_then(|r| r.green().cloned());
    if let Some(green) = recorded(ledger.record(&plan.deployment).await?) {
        return Ok(green);
    }

    let container = plan.service.container.as_deref();
    let template = plan.template.as_ref().unwrap_or(&blue.task_definition);
    let green = fleet.register(template, container, &plan.image()).await?;
    let entry = Entry::Registered { task_definition: green.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;

    // If another run of this step was quicker, its task definition is the one that counts.
    Ok(recorded(ledger.record(&plan.deployment).await?).unwrap_or(green))
}

fn deployment(plan: &Plan, green: Arn) -> Deployment {
    let strategy = plan.strategy();
    // A rolling deployment has no pause to ask us in, so there ECS itself watches the alarms.
    let alarms = match strategy {
        Strategy::Rolling {} => plan.alarms().to_vec(),
        Strategy::BlueGreen {} | Strategy::Canary { .. } | Strategy::Linear { .. } => Vec::new(),
    };
    Deployment { green, strategy, pauses: plan.pauses.clone(), alarms }
}
