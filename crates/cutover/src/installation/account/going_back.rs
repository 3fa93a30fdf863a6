//! Going back: the rollback machine does it; what it will do is told.

use domain::Failure;
use domain::attribution::{Attribution, WayBack};
use domain::name::{DeploymentId, ServiceName};
use domain::trigger;
use local::door::view::{GoBack, GoingBack, Started};
use serde_json::json;
use workflow::ports::{Clock, Executions, Ledger};

use super::Account;
use super::trouble::trouble;
use crate::problem::{Problem, Trouble};

impl Account {
    /// Goes back: stops what is under way, or deploys an earlier release.
    pub(crate) async fn go_back(
        &self,
        service: &ServiceName,
        ask: GoBack,
    ) -> Result<GoingBack, Trouble> {
        let what = format!("roll {service} back");
        self.document(&what, service).await?;
        let GoBack { to, by, reason } = ask;

        if to.is_none() {
            let stopped = self.stop_unlaunched(service, reason.as_deref()).await;
            if let Some(deployment) = stopped.map_err(|failure| trouble(&what, &failure))? {
                return Ok(GoingBack::Stopping { deployment });
            }
        }
        let ask = trigger::GoBack { service: service.clone(), to, by, reason };
        let found = self.attribute(&ask).await.map_err(|failure| trouble(&what, &failure))?;
        match (found.deploy, found.stop) {
            (Some(WayBack { name, input, .. }), _) => {
                Ok(GoingBack::Deployment(Started { deployment: name, request: input }))
            }
            (None, Some(stop)) => Ok(GoingBack::Stopping { deployment: stop.deployment }),
            (None, None) => Err(Problem::with(what, found.why).into()),
        }
    }

    /// Finds out what a wish comes to, and starts the rollback machine with it.
    async fn attribute(&self, ask: &trigger::GoBack) -> Result<Attribution, Failure> {
        let input = json!(ask);
        let (catalog, alarms, ledger) = (&self.catalog, &self.alarms, &self.ledger);
        let found =
            workflow::attribute(&super::SystemClock, catalog, alarms, ledger, &input).await?;

        let moment = super::SystemClock.now().as_millisecond();
        self.rollbacks.start(&format!("{}-{moment}", ask.service), &input).await?;
        Ok(found)
    }

    /// Stops the deployment that holds the lease and has not told ECS to begin yet. There is only
    /// its execution to stop, and its recovery gives the lease back.
    async fn stop_unlaunched(
        &self,
        service: &ServiceName,
        reason: Option<&str>,
    ) -> Result<Option<DeploymentId>, Failure> {
        let desk = self.ledger.desk(service).await?;
        let lease = desk.lease.filter(|_| desk.watcher.is_none());
        let Some(holder) = lease.map(|lease| lease.holder) else { return Ok(None) };

        if !self.deployments.runs(&holder).await? {
            return Ok(None);
        }
        self.deployments.stop(&holder, reason.unwrap_or("somebody asked to go back")).await?;
        Ok(Some(holder))
    }
}
