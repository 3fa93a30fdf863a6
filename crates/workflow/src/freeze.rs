//! Lets nothing new begin for a while.

use domain::Failure;
use domain::desk::Desk;
use domain::event::{Event, Frozen};
use domain::freeze::{Freeze, FreezeByHand};

use crate::conclude::tell;
use crate::fence;
use crate::ports::{Bus, Callbacks, Catalog, Clock, Ledger};
use crate::progress;

/// Freezes a service by a person's word, or ends whatever freezes it, and tells the freeze that
/// begins or is over. Who waited for a person to end it is told; who waits for the end by the clock
/// asks again then.
pub async fn freeze(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    bus: &impl Bus,
    ask: &FreezeByHand,
) -> Result<Freeze, Failure> {
    let now = clock.now();
    let windows = catalog.service(&ask.service).await?.freezes;

    let decide = |desk: Desk| desk.freeze_by_hand(ask, &windows, now);
    let decided = fence::rewrite(ledger, &ask.service, decide);
    let (freeze, next) = decided.await??;

    tracing::warn!(service = %ask.service, "{}: {freeze}", ask.service);
    tell(callbacks, next).await?;
    let frozen = Frozen { service: ask.service.clone(), freeze: freeze.clone() };
    let event = match freeze.ended {
        None => Event::ServiceFrozen(frozen),
        Some(_) => Event::ServiceThawed(frozen),
    };
    progress::tell(clock, bus, event).await;
    Ok(freeze)
}
