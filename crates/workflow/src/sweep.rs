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

/// Finds leases, queues and watchers of executions that are gone, and has each recovered. The event
/// that should have told of their end was lost.
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

    for desk in desks {
        for name in sweep::suspects(&desk, now) {
            if executions.runs(&name).await? {
                continue;
            }
            let recovery = sweep::recovery(&name, now);
            recoveries.begin(&recovery, &ExecutionEnded::lost(name.clone())).await?;
            tracing::warn!(service = %desk.service, deployment = %name, "swept up {name}, whose execution is gone");
            swept.recovered.push(name);
        }
    }
    Ok(swept)
}
