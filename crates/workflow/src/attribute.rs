//! Finds the change that an alarm, an alert, or a person wants taken back.

use domain::Failure;
use domain::attribution::{self, Attribution, WayBack};
use domain::desk::Desk;
use domain::name::DeploymentId;
use domain::outcome::End;
use domain::trigger::{GoBack, Trigger};
use futures_util::future::try_join;
use serde_json::Value;

use crate::ports::{Alarms, Catalog, Clock, Ledger};

/// Finds what is to be taken back: a rollout in flight, a deployment that ended, or nothing.
///
/// What an alarm's event says about its state is not used: it may be late. The alarm is asked. Of an
/// alert there is only what was told.
/// Nothing is written here, because traffic waits for this.
pub async fn attribute(
    clock: &impl Clock,
    catalog: &impl Catalog,
    alarms: &impl Alarms,
    ledger: &impl Ledger,
    input: &Value,
) -> Result<Attribution, Failure> {
    let attribution = match Trigger::read(input)? {
        Trigger::Alarms(names) => {
            // Side by side, for the same reason.
            let (states, desks) = try_join(alarms.states(&names), ledger.desks()).await?;
            attribution::of_alarms(&states, &desks, clock.now())
        }
        Trigger::Alerts(alerts) => {
            attribution::of_alerts(&alerts, &ledger.desks().await?, clock.now())
        }
        Trigger::Person(ask) => of_person(clock, catalog, ledger, ask).await?,
    };

    tracing::warn!("{}", attribution.why);
    Ok(attribution)
}

/// Finds what a person's wish to go back comes to.
pub(crate) async fn of_person(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    ask: GoBack,
) -> Result<Attribution, Failure> {
    catalog.service(&ask.service).await?;
    let desk = ledger.desk(&ask.service).await?;
    let ask = GoBack { to: named(ledger, &desk, &ask).await?, ..ask };

    let meant = attribution::of_person(&ask, &desk, clock.now()).map_err(Failure::Refused);

    let Attribution { deploy, .. } = meant.clone().unwrap_or_default();
    let deploy = match deploy {
        Some(way) => Some(untried(ledger, way).await?),
        None => None,
    };
    Ok(Attribution { deploy, ..meant? })
}

/// Where a person wants to go to. An older deployment than the desk knows is looked up in its record.
async fn named(ledger: &impl Ledger, desk: &Desk, ask: &GoBack) -> Result<Option<String>, Failure> {
    let Some(to) = &ask.to else { return Ok(None) };
    let ours = to.starts_with(&format!("{}-", ask.service)) && desk.releases.find(to).is_none();
    let Some(deployment) = to.parse::<DeploymentId>().ok().filter(|_| ours) else {
        return Ok(Some(to.clone()));
    };

    let record = ledger.record(&deployment).await?;
    let digest = record.as_ref().and_then(|record| record.plan()).map(|plan| &plan.digest);
    Ok(Some(digest.map_or_else(|| to.clone(), ToString::to_string)))
}

/// The same way back under a name that was not used. What came to nothing a person may try again.
async fn untried(ledger: &impl Ledger, way: WayBack) -> Result<WayBack, Failure> {
    let mut attempt = 0;
    loop {
        let way = way.clone().attempt(attempt);
        let record = ledger.record(&way.name).await?;
        let outcome = record.as_ref().and_then(|record| record.outcome());
        match outcome.map(|outcome| outcome.end) {
            Some(End::Refused | End::RolledBack | End::Stuck) => attempt += 1,
            Some(End::Deployed) | None => return Ok(way),
        }
    }
}
