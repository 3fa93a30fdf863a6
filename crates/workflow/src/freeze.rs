//! Lets nothing new begin for a while.

use domain::Failure;
use domain::freeze::{Freeze, FreezeByHand};

use crate::conclude::tell;
use crate::fence;
use crate::ports::{Callbacks, Clock, Ledger};

/// Freezes a service by a person's word, or lets it go on, and tells the freeze that begins or is
/// over. Who waited for a person to end it is told; who waits for the end by the clock asks again
/// within five minutes of it.
pub async fn freeze(
    clock: &impl Clock,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    ask: &FreezeByHand,
) -> Result<Freeze, Failure> {
    let now = clock.now();

    let decided = fence::rewrite(ledger, &ask.service, |desk| desk.freeze_by_hand(ask, now));
    let (freeze, next) = decided.await??;

    tracing::warn!(service = %ask.service, "{}: {freeze}", ask.service);
    tell(callbacks, next).await?;
    Ok(freeze)
}
