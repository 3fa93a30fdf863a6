//! Finds the services that a pushed image is for.

use std::collections::HashMap;

use domain::Failure;
use domain::outcome::End;
use domain::release::{self, Before, ImagePushed, Release};
use domain::request::Request;

use crate::ports::{Catalog, Ledger};

/// Finds the services that a pushed image is for, in waves, and names their executions.
///
/// The same push gives the same names. One that was refused before may be tried again: by GitHub's
/// *Redeliver*, after what stood in its way is mended.
pub async fn resolve(
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    pushed: ImagePushed,
) -> Result<Release, Failure> {
    let services = catalog.services().await?;
    let mut before = HashMap::new();
    for service in services.iter().filter(|service| service.image == pushed.image) {
        let request = Request::of_push(&service.name, &pushed);
        before.insert(service.name.clone(), earlier(ledger, &request).await?);
    }

    let release = release::resolve(&pushed, &services, |request| {
        before.get(&request.service).copied().unwrap_or(Before::Refused(0))
    });

    for left_out in &release.left_out {
        tracing::info!(service = %left_out.service, tag = %pushed.tag, "left out {}: {}", left_out.service, left_out.why);
    }
    Ok(release)
}

/// What became of the same push earlier.
pub(crate) async fn earlier(ledger: &impl Ledger, request: &Request) -> Result<Before, Failure> {
    let mut refused = 0;
    loop {
        let record = ledger.record(&request.execution(refused)).await?;
        match record.as_ref().and_then(|record| record.outcome()).map(|outcome| outcome.end) {
            Some(End::Refused) => refused += 1,
            Some(End::Deployed) => return Ok(Before::Deployed(refused)),
            // Taken back, stuck or on its way: the same name again, which Step Functions refuses.
            Some(End::RolledBack | End::Stuck) | None => return Ok(Before::Refused(refused)),
        }
    }
}
