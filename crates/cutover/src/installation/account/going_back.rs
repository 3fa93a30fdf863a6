//! Going back, and stopping what is under way: the rollback machine does it; what it will do is told.

use domain::Failure;
use domain::attribution::{Attribution, WayBack};
use domain::name::{DeploymentId, ServiceName};
use domain::trigger;
use local::door::view::{GoBack, GoingBack, Started, Stop, Stopping};
use serde_json::json;
use workflow::ports::{Clock, Executions, Ledger};

use super::Account;
use super::trouble::{trouble, unsuccessful};
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

        let ask =
            trigger::GoBack { service: service.clone(), to, stop: false, leave: None, by, reason };

        if ask.to.is_none() {
            let stopped = self.stop_unlaunched(&ask).await;
            if let Some(deployment) = stopped.map_err(|failure| trouble(&what, &failure))? {
                return Ok(GoingBack::Stopping(Stopping { deployment }));
            }
        }
        let found = self.attribute(&ask).await.map_err(|failure| trouble(&what, &failure))?;
        match (found.deploy, found.stop) {
            (Some(WayBack { name, input, .. }), _) => {
                Ok(GoingBack::Deployment(Started { deployment: name, request: input }))
            }
            (None, Some(stop)) => Ok(GoingBack::Stopping(Stopping { deployment: stop.deployment })),
            (None, None) => Err(Problem::with(what, found.why).into()),
        }
    }

    /// Stops what is under way, and takes it back.
    pub(crate) async fn stop(&self, service: &ServiceName, ask: Stop) -> Result<Stopping, Trouble> {
        let what = format!("stop {service}");
        self.document(&what, service).await?;
        let Stop { by, reason } = ask;
        let ask = trigger::GoBack {
            service: service.clone(),
            to: None,
            stop: true,
            leave: None,
            by,
            reason,
        };

        let stopped = self.stop_unlaunched(&ask).await;
        if let Some(deployment) = stopped.map_err(|failure| trouble(&what, &failure))? {
            return Ok(Stopping { deployment });
        }
        let found = self.attribute(&ask).await.map_err(|failure| unsuccessful(&what, &failure))?;
        let stop = found.stop.ok_or(Failure::Refused(found.why));
        let stop = stop.map_err(|failure| unsuccessful(&what, &failure))?;
        Ok(Stopping { deployment: stop.deployment })
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
        ask: &trigger::GoBack,
    ) -> Result<Option<DeploymentId>, Failure> {
        let desk = self.ledger.desk(&ask.service).await?;
        let Some(holder) = desk.unlaunched() else { return Ok(None) };

        if !self.deployments.runs(holder).await? {
            return Ok(None);
        }
        self.deployments.stop(holder, &ask.why()).await?;
        Ok(Some(holder.clone()))
    }
}
