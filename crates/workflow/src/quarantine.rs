//! Keeps a digest from being deployed again, and lets it be deployed again.

use domain::Failure;
use domain::name::{Digest, ServiceName};
use domain::quarantine::{Lifted, Quarantine};
use domain::record::Entry;
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::ports::Ledger;

/// A digest that must not be deployed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantining {
    /// The service.
    pub service: ServiceName,
    /// What, why and until when; nothing to do if there is none.
    pub quarantine: Option<Quarantine>,
}

/// Keeps a digest from being deployed again until a person lifts that, or it expires.
pub async fn quarantine(ledger: &impl Ledger, input: Quarantining) -> Result<(), Failure> {
    let Quarantining { service, quarantine: Some(quarantine) } = input else { return Ok(()) };

    fence::rewrite(ledger, &service, |desk| (desk.quarantine(quarantine.clone()), ())).await?;

    tracing::warn!(%service, digest = %quarantine.digest, "quarantined {}: {}", quarantine.digest.short(), quarantine.why);
    if let Some(deployment) = quarantine.deployment.clone() {
        ledger.append(&deployment, &service, Entry::Quarantined { quarantine }).await?;
    }
    Ok(())
}

/// Lets a digest be deployed again, by a person's word, and tells what was lifted.
pub async fn lift(
    ledger: &impl Ledger,
    service: &ServiceName,
    digest: &Digest,
    by: Option<String>,
    reason: String,
) -> Result<Option<Quarantine>, Failure> {
    let lifted = fence::rewrite(ledger, service, |desk| desk.lift(digest)).await?;

    if let Some(Quarantine { deployment: Some(deployment), since, .. }) = &lifted {
        let lifted = Lifted { digest: digest.clone(), by, reason, since: *since };
        ledger.append(deployment, service, Entry::Lifted { lifted }).await?;
    }
    Ok(lifted)
}
