//! Hears a person who lets a deployment go on.

use domain::Failure;
use domain::approval::{Approve, Approved, Said};
use domain::record::Entry;
use serde_json::json;

use crate::fence;
use crate::ports::{Callbacks, Clock, Ledger};

/// Hears a person who lets a deployment go on that waits for that, and wakes it. Whether it does go
/// on is for it to decide: another person may be needed too.
pub async fn approve(
    clock: &impl Clock,
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    ask: Approve,
) -> Result<Approved, Failure> {
    let now = clock.now();

    let decided = fence::rewrite(ledger, &ask.service, |desk| desk.approve(&ask, now));
    let said = decided.await??;

    let Said { deployment, word, token } = said;
    tracing::info!(service = %ask.service, %deployment, "{word}");
    ledger.append(&deployment, &ask.service, Entry::Approved { word: word.clone() }).await?;
    callbacks.succeed(&token, json!({})).await?;
    Ok(Approved { deployment, word })
}
