//! Finds what no event told of.

use domain::Failure;
use domain::event::ExecutionEnded;
use domain::name::DeploymentId;
use domain::sweep;
use serde::{Deserialize, Serialize};

use crate::ports::{Clock, Executions, Ledger, Recoveries};

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
) -> Result<Swept, Failure> {
    let now = clock.now();
    let mut swept = Swept::default();

    for desk in ledger.desks().await? {
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
