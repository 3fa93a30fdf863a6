//! Goes back by a person's word: what comes of it is told at once, the rollback machine does it.

use domain::Failure;
use domain::attribution::WayBack;
use domain::name::DeploymentId;
use domain::trigger::GoBack;

use crate::attribute;
use crate::ports::{Catalog, Clock, Executions, Ledger, Rollbacks};

/// What is done to go back.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one, and it is not moved around")]
pub enum GoingBack {
    /// The deployment under way is stopped; what it changed is taken back.
    Stopping(DeploymentId),
    /// An earlier release is deployed.
    Deploying(WayBack),
}

/// Goes back as a person wants: stops what is under way, or deploys an earlier release.
pub async fn go_back(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    executions: &impl Executions,
    rollbacks: &impl Rollbacks,
    ask: &GoBack,
) -> Result<GoingBack, Failure> {
    if ask.to.is_none()
        && let Some(stopped) = stop_unlaunched(ledger, executions, ask).await?
    {
        return Ok(GoingBack::Stopping(stopped));
    }

    let found = attribute::of_person(clock, catalog, ledger, ask.clone()).await?;
    let going = match (found.deploy, found.stop) {
        (Some(way), _) => GoingBack::Deploying(way),
        (None, Some(stop)) => GoingBack::Stopping(stop.deployment),
        (None, None) => return Err(Failure::Refused(found.why)),
    };

    // Somebody who says the same a moment later begins it once more, and it finds what is done.
    let name = format!("{}-{}", ask.service, clock.now().as_millisecond());
    rollbacks.go_back(&name, ask).await?;
    tracing::warn!(service = %ask.service, "{}", found.why);
    Ok(going)
}

/// Stops the deployment that holds the lease and has not told ECS to begin yet. There is only its
/// execution to stop, and its recovery gives the lease back.
async fn stop_unlaunched(
    ledger: &impl Ledger,
    executions: &impl Executions,
    ask: &GoBack,
) -> Result<Option<DeploymentId>, Failure> {
    let desk = ledger.desk(&ask.service).await?;
    let meant = |holder: &&DeploymentId| ask.leave.as_ref().is_none_or(|leave| leave == *holder);
    let Some(holder) = desk.unlaunched().filter(meant) else { return Ok(None) };

    if !executions.runs(holder).await? {
        return Ok(None);
    }
    executions.stop(holder, &ask.why()).await?;
    Ok(Some(holder.clone()))
}
