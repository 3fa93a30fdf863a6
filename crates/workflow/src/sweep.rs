//! Finds what no event told of.

use domain::Failure;
use domain::event::ExecutionEnded;
use domain::name::{DeploymentId, ServiceName};
use domain::sweep;
use serde::{Deserialize, Serialize};

use crate::ports::{Clock, Executions, Ledger, Recoveries};

/// Where to sweep: `{"service": null}` is everywhere, which is what the schedule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// One service, or all. It has to be said which.
    #[serde(deserialize_with = "Option::deserialize")]
    pub service: Option<ServiceName>,
}

/// Whom a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// Deployments whose recovery was begun.
    pub recovered: Vec<DeploymentId>,
}

/// Finds leases, queues and watchers of executions that are gone, and executions that broke off
/// without a word in the record, and has each recovered. The event that should have told of their
/// end was lost.
pub async fn sweep(
    clock: &impl Clock,
    ledger: &impl Ledger,
    executions: &impl Executions,
    recoveries: &impl Recoveries,
    input: Sweep,
) -> Result<Swept, Failure> {
    let now = clock.now();
    let mut swept = Swept::default();

    let desks = match &input.service {
        Some(service) => vec![ledger.desk(service).await?],
        None => ledger.desks().await?,
    };

    let mut gone = Vec::new();
    for name in desks.iter().flat_map(|desk| sweep::suspects(desk, now)) {
        if !executions.runs(&name).await? {
            gone.push(ExecutionEnded::lost(name));
        }
    }
    // Who stood on no desk when it broke off is in nobody's way, but still owes an end.
    let (from, to) = sweep::window(now);
    for name in executions.broken_off(from, to).await? {
        if gone.iter().any(|it| it.name == name) || is_told(ledger, &name).await? {
            continue;
        }
        let ended = executions.ended(&name).await?;
        gone.extend(ended.filter(|ended| sweep::concerns(ended, input.service.as_ref())));
    }

    for ended in gone {
        let name = ended.name.clone();
        recoveries.begin(&sweep::recovery(&name, now), &ended).await?;
        tracing::warn!(deployment = %name, "swept up {name}, whose execution is gone");
        swept.recovered.push(name);
    }
    Ok(swept)
}

/// Whether the record of a deployment says how it ended.
async fn is_told(ledger: &impl Ledger, deployment: &DeploymentId) -> Result<bool, Failure> {
    let record = ledger.record(deployment).await?;
    Ok(record.is_some_and(|record| record.outcome().is_some()))
}
