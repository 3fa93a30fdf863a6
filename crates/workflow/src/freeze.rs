//! Lets nothing new begin for a while.

use domain::Failure;
use domain::freeze::{Freeze, FreezeByHand};

use crate::fence;
use crate::ports::{Clock, Ledger};

/// Freezes a service by a person's word, or lets it go on, and tells the freeze that begins or is
/// over. Who waits for the end of a freeze asks again within five minutes of it.
pub async fn freeze(
    clock: &impl Clock,
    ledger: &impl Ledger,
    ask: &FreezeByHand,
) -> Result<Freeze, Failure> {
    let now = clock.now();

    let freeze = fence::rewrite(ledger, &ask.service, |desk| desk.freeze_by_hand(ask, now));
    let freeze = freeze.await??;

    tracing::warn!(service = %ask.service, "{}: {freeze}", ask.service);
    Ok(freeze)
}
