//! Remembers what was told of alerts, at the services that listen to them.

use domain::Failure;
use domain::alert::{Alert, Alerts};
use domain::failure::decode;
use domain::name::ServiceName;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fence;
use crate::ports::{Catalog, Clock, Ledger};

/// Who was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heeded {
    /// The services that listen to the alerts.
    pub services: Vec<ServiceName>,
}

/// Writes what an event tells of alerts onto the desk of each service that listens to them. The
/// rollback machine does not wait for it; who judges later, and who wants to begin, reads it there.
pub async fn heed(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    event: &Value,
) -> Result<Heeded, Failure> {
    let Alerts { alerts } = decode(&event["detail"])?;
    let now = clock.now();

    let mut heeded = Heeded::default();
    for service in catalog.services().await? {
        let means = |alert: &&Alert| service.checks.alerts.iter().any(|it| it.means(alert));
        let told: Vec<Alert> = alerts.iter().filter(means).cloned().collect();
        if told.is_empty() {
            continue;
        }
        fence::rewrite(ledger, &service.name, |desk| (desk.heed(&told, now), ())).await?;
        tracing::info!(service = %service.name, "heeded {} alerts", told.len());
        heeded.services.push(service.name);
    }
    Ok(heeded)
}
