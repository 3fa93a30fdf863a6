//! Keeps a digest from being deployed again, and lets it be deployed again.

use domain::Failure;
use domain::event::{self, Event, Quarantined};
use domain::name::ServiceName;
use domain::quarantine::{ByHand, InForce, Lifted, Quarantine};
use domain::record::Entry;
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::ports::{Bus, Clock, Ledger};
use crate::progress;

/// A digest that must not be deployed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantining {
    /// The service.
    pub service: ServiceName,
    /// What, why and until when; nothing to do if there is none.
    pub quarantine: Option<Quarantine>,
}

/// Keeps a digest from being deployed again until a person lifts that, or it expires.
pub async fn quarantine(
    ledger: &impl Ledger,
    bus: &impl Bus,
    input: Quarantining,
) -> Result<(), Failure> {
    let Quarantining { service, quarantine: Some(quarantine) } = input else { return Ok(()) };

    fence::rewrite(ledger, &service, |desk| (desk.quarantine(quarantine.clone()), ())).await?;

    tracing::warn!(%service, digest = %quarantine.digest, "quarantined {}: {}", quarantine.digest.short(), quarantine.why);
    // Before it is recorded, so that a step that is tried again tells it too.
    let told = Quarantined { service: service.clone(), quarantine: quarantine.clone() };
    bus.publish(&[Event::ReleaseQuarantined(told)]).await?;
    if let Some(deployment) = quarantine.deployment.clone() {
        ledger.append(&deployment, &service, Entry::Quarantined { quarantine }).await?;
    }
    Ok(())
}

/// Keeps a release from being deployed again, by a person's word, and tells what is in force then.
pub async fn quarantine_by_hand(
    clock: &impl Clock,
    ledger: &impl Ledger,
    bus: &impl Bus,
    ask: &ByHand,
) -> Result<InForce, Failure> {
    let now = clock.now();

    let decided = fence::rewrite(ledger, &ask.service, |desk| desk.quarantine_by_hand(ask, now));
    let in_force = decided.await??;

    let InForce { quarantine, .. } = in_force.clone();
    if let Some(deployment) = quarantine.deployment.clone() {
        let entry = Entry::Quarantined { quarantine: quarantine.clone() };
        ledger.append(&deployment, &ask.service, entry).await?;
    }
    let told = Quarantined { service: ask.service.clone(), quarantine };
    progress::tell(clock, bus, Event::ReleaseQuarantined(told)).await;
    Ok(in_force)
}

/// Lets a release be deployed again, by a person's word, and tells what was lifted.
pub async fn lift(
    clock: &impl Clock,
    ledger: &impl Ledger,
    bus: &impl Bus,
    ask: &ByHand,
) -> Result<Quarantine, Failure> {
    let now = clock.now();

    let decided = fence::rewrite(ledger, &ask.service, |desk| desk.lift_by_hand(ask, now));
    let lifted = decided.await??;

    let Quarantine { deployment, digest, since, .. } = lifted.clone();
    let ByHand { service, by, reason, .. } = ask.clone();
    let word = Lifted { digest, by, reason, since };
    if let Some(deployment) = deployment {
        let entry = Entry::Lifted { lifted: word.clone() };
        ledger.append(&deployment, &service, entry).await?;
    }
    let told = event::Lifted { service, lifted: word };
    progress::tell(clock, bus, Event::QuarantineLifted(told)).await;
    Ok(lifted)
}
