//! Asks whether anything speaks against beginning.

mod ground;

use domain::Failure;
use domain::desk::Lease;
use domain::evidence::{Alarm, AlarmState};
use domain::plan::Plan;
use domain::preflight::{self, Facts, Report, Serving};
use domain::record::Entry;
use futures_util::future::try_join3;
use serde::{Deserialize, Serialize};

use crate::ports::{Alarms, Balancer, Clock, Fleet, Ledger, Logs, Metrics, Roles, Vault};

/// A deployment about to begin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Check {
    /// What is to be deployed.
    pub plan: Plan,
    /// The right to do it.
    pub lease: Lease,
}

/// Asks whether anything speaks against beginning, before anything is touched. Answers what blue is.
#[expect(clippy::too_many_arguments, reason = "a step's signature is its list of permissions")]
pub async fn check(
    clock: &impl Clock,
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    vault: &impl Vault,
    roles: &impl Roles,
    logs: &impl Logs,
    cloudwatch: &(impl Alarms + Metrics),
    ledger: &impl Ledger,
    input: Check,
) -> Result<Serving, Failure> {
    let Check { plan, lease } = input;
    let service = &plan.service;
    if let Some(blue) = begun(fleet, ledger, &plan).await? {
        return Ok(blue);
    }

    // So much is asked side by side that it is too large to stand in this future.
    let looked = preflight(clock, fleet, balancer, vault, roles, logs, cloudwatch, ledger, &plan);
    let (facts, Report { objections, warnings }) = Box::pin(looked).await?;

    ledger.append(&plan.deployment, &service.name, Entry::Claimed { lease }).await?;
    if !objections.is_empty() {
        return Err(Failure::Refused(objections.join("; ")));
    }
    let Facts { blue, alarms, alerts, .. } = facts;
    let rings = |alarm: &Alarm| alarm.state == AlarmState::Ringing;
    let rang = alarms.into_iter().chain(alerts).filter(rings).collect();
    let entry = Entry::Checked { blue: blue.clone(), warnings, rang };
    tracing::info!(service = %service.name, deployment = %plan.deployment, "checked {}, {entry}", plan.title());
    ledger.append(&plan.deployment, &service.name, entry).await?;
    Ok(blue)
}

/// Finds out everything that a deployment would rest on, and what speaks against it. Writes nothing.
#[expect(clippy::too_many_arguments, reason = "a step's signature is its list of permissions")]
pub async fn preflight(
    clock: &impl Clock,
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    vault: &impl Vault,
    roles: &impl Roles,
    logs: &impl Logs,
    cloudwatch: &(impl Alarms + Metrics),
    ledger: &impl Ledger,
    plan: &Plan,
) -> Result<(Facts, Report), Failure> {
    let service = &plan.service;
    let place = service.place();
    let (blue, alarms, desk) = try_join3(
        fleet.serving(&place, service.container.as_deref()),
        cloudwatch.states(plan.alarms()),
        ledger.desk(&service.name),
    )
    .await?;
    let alerts = desk.alerts(plan.alerts(), clock.now());
    let ground = match plan.cause.is_urgent() {
        true => None,
        false => {
            let now = clock.now();
            let asked =
                ground::ask(fleet, balancer, vault, roles, logs, cloudwatch, plan, &blue, now);
            Some(asked.await?)
        }
    };
    let facts = Facts { blue, alarms, alerts, ground };

    let report = preflight::inspect(plan, &facts, &desk, clock.now());
    Ok((facts, report))
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
