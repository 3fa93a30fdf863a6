//! Finds what is to be taken back of a release of which a wave was held.

use domain::Failure;
use domain::release::Release;
use domain::unwinding::{self, Begun, Held, Unwinding};
use serde::{Deserialize, Serialize};

use crate::ports::Ledger;

/// A release of which a wave was held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unwind {
    /// What was resolved.
    pub release: Release,
    /// Why the wave was held.
    pub held: Held,
}

/// Finds what the release was deployed to, still has, and is to go together: each is the input of an
/// execution of the rollback machine, the last first. Nothing is touched here.
pub async fn unwind(ledger: &impl Ledger, input: Unwind) -> Result<Unwinding, Failure> {
    let mut begun = Vec::new();
    for deployment in input.release.deployments() {
        // Waves that were not begun have no records.
        if let Some(record) = ledger.record(deployment).await? {
            let desk = ledger.desk(&record.service).await?;
            begun.push(Begun { record, desk });
        }
    }

    let unwinding = unwinding::unwind(&begun, input.held);

    for back in &unwinding.returns {
        tracing::warn!(service = %back.input.service, deployment = %back.deployment, "takes back {}: {}", back.deployment, unwinding.why);
    }
    for stays in &unwinding.stay {
        tracing::info!(service = %stays.service, "{} stays as it is: {}", stays.service, stays.why);
    }
    Ok(unwinding)
}
