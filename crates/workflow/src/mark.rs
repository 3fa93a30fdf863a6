//! Shows a deployment where its source is.

use domain::Failure;
use domain::marking::{Light, Mark, Status};
use domain::name::DeploymentId;
use serde::Deserialize;

use crate::ports::{Ledger, Statuses};

/// A deployment of which there is something new.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Marking {
    deployment: DeploymentId,
}

/// Shows a deployment as it stands by now, and tells what was shown, if that was new. What woke it
/// is not looked at: it may be late, or come twice.
pub async fn mark(
    ledger: &impl Ledger,
    statuses: &impl Statuses,
    input: Marking,
) -> Result<Option<Status>, Failure> {
    let Marking { deployment } = input;
    let Some(record) = ledger.record(&deployment).await? else { return Ok(None) };
    let desk = ledger.desk(&record.service).await?;

    let Some(mark) = Mark::of(&record, &desk) else { return Ok(None) };
    let shown = statuses.status(&mark).await?;
    if !mark.status.follows(shown.as_ref()) {
        return Ok(None);
    }

    // First, so that who is interrupted between the two does both when it is asked again.
    if mark.status.light == Light::Success {
        statuses.replace(&mark).await?;
    }
    statuses.show(&mark).await?;
    tracing::info!(service = %mark.service, %deployment, "marked {mark}");
    Ok(Some(mark.status))
}
