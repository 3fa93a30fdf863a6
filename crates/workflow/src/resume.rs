//! Wakes the executions that wait for news.

use domain::Failure;
use domain::signal::Signal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ports::{Callbacks, Heard, Ledger};

/// Who was woken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Woken {
    /// The deployments.
    pub deployments: Vec<domain::name::DeploymentId>,
}

/// Wakes the executions that an event concerns. It tells them nothing: they look for themselves, so
/// an event that comes late, twice or out of order does no harm.
pub async fn resume(
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    event: &Value,
) -> Result<Woken, Failure> {
    let signal = Signal::read(event)?;
    let watchers = ledger.watchers(&signal).await?;

    let mut woken = Woken::default();
    for watcher in watchers {
        if callbacks.succeed(&watcher.token, json!({})).await? == Heard::Yes {
            tracing::info!(deployment = %watcher.deployment, "woke {}: {signal}", watcher.deployment);
            woken.deployments.push(watcher.deployment);
        }
    }
    if woken.deployments.is_empty() {
        // Somebody else's service, an event that came twice, or one that came too late.
        tracing::info!("not ours, or nobody waits for it any more: {signal}");
    }
    Ok(woken)
}
