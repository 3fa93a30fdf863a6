//! Asks whether anything speaks against beginning.

use domain::Failure;
use domain::desk::Lease;
use domain::plan::Plan;
use domain::preflight::{self, Serving};
use domain::record::Entry;
use serde::{Deserialize, Serialize};

use crate::ports::{Alarms, Clock, Fleet, Ledger};

/// A deployment about to begin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Check {
    /// What is to be deployed.
    pub plan: Plan,
    /// The right to do it.
    pub lease: Lease,
}

/// Asks whether anything speaks against beginning, before anything is touched. Answers what blue is.
pub async fn check(
    clock: &impl Clock,
    fleet: &impl Fleet,
    alarms: &impl Alarms,
    ledger: &impl Ledger,
    input: Check,
) -> Result<Serving, Failure> {
    let Check { plan, lease } = input;
    let service = &plan.service;
    if let Some(blue) = begun(fleet, ledger, &plan).await? {
        return Ok(blue);
    }
    let blue = fleet.serving(&service.place(), service.container.as_deref()).await?;
    let desk = ledger.desk(&service.name).await?;
    let mut states = alarms.states(plan.alarms()).await?;
    states.extend(desk.alerts(plan.alerts(), clock.now()));

    let objections = preflight::objections(&plan, &blue, &desk, &states, clock.now());

    ledger.append(&plan.deployment, &service.name, Entry::Claimed { lease }).await?;
    if !objections.is_empty() {
        return Err(Failure::Refused(objections.join("; ")));
    }
    let entry = Entry::Checked { blue: blue.clone() };
    ledger.append(&plan.deployment, &service.name, entry).await?;
    tracing::info!(service = %service.name, deployment = %plan.deployment, "checked {}, nothing speaks against it", plan.title());
    Ok(blue)
}

/// What was blue when this very deployment began, if it did.
///
/// An execution that is begun anew, after a crash of the account that ran it, must not take its own
/// rollout for somebody else's, nor its own success for having nothing to do.
async fn begun(
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    plan: &Plan,
) -> Result<Option<Serving>, Failure> {
    let record = ledger.record(&plan.deployment).await?;
    let known = record.as_ref().and_then(|record| Some((record.blue()?, record.green()?)));
    let Some((blue, green)) = known else { return Ok(None) };

    let rollout = fleet.find(&plan.service.place(), green).await?;
    Ok(rollout.map(|_| blue.clone()))
}
