//! Keeps a digest from being deployed again, and lets it be deployed again.

use domain::Failure;
use domain::name::ServiceName;
use domain::quarantine::{ByHand, InForce, Lifted, Quarantine};
use domain::record::Entry;
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::ports::{Clock, Ledger};

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

/// Keeps a release from being deployed again, by a person's word, and tells what is in force then.
pub async fn quarantine_by_hand(
    clock: &impl Clock,
    ledger: &impl Ledger,
    ask: &ByHand,
) -> Result<InForce, Failure> {
    let now = clock.now();

    let decided = fence::rewrite(ledger, &ask.service, |desk| desk.quarantine_by_hand(ask, now));
    let in_force = decided.await??;

    let InForce { quarantine, .. } = in_force.clone();
    if let Some(deployment) = quarantine.deployment.clone() {
        ledger.append(&deployment, &ask.service, Entry::Quarantined { quarantine }).await?;
    }
    Ok(in_force)
}

/// Lets a release be deployed again, by a person's word, and tells what was lifted.
pub async fn lift(
    clock: &impl Clock,
    ledger: &impl Ledger,
    ask: &ByHand,
) -> Result<Quarantine, Failure> {
    let now = clock.now();

    let decided = fence::rewrite(ledger, &ask.service, |desk| desk.lift_by_hand(ask, now));
    let lifted = decided.await??;

    if let Quarantine { deployment: Some(deployment), digest, since, .. } = lifted.clone() {
        let ByHand { by, reason, .. } = ask.clone();
        let entry = Entry::Lifted { lifted: Lifted { digest, by, reason, since } };
        ledger.append(&deployment, &ask.service, entry).await?;
    }
    Ok(lifted)
}
