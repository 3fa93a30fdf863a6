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
            woken.deployments.push(watcher.deployment);
        }
    }
    Ok(woken)
}
