//! Going back, and stopping what is under way: the rollback machine does it; what it will do is told.

use domain::Failure;
use domain::name::ServiceName;
use domain::trigger;
use local::door::view::{GoBack, GoingBack, Stop, Stopping};

use super::trouble::{trouble, unsuccessful};
use super::{Account, SystemClock};
use crate::problem::Trouble;

impl Account {
    /// Goes back: stops what is under way, or deploys an earlier release.
    pub(crate) async fn go_back(
        &self,
        service: &ServiceName,
        ask: GoBack,
    ) -> Result<GoingBack, Trouble> {
        let what = format!("roll {service} back");
        self.document(&what, service).await?;
        let (service, GoBack { to, by, reason }) = (service.clone(), ask);
        let ask = trigger::GoBack { service, to, stop: false, leave: None, by, reason };

        self.going_back(&ask).await.map_err(|failure| trouble(&what, &failure))
    }

    /// Stops what is under way, and takes it back.
    pub(crate) async fn stop(&self, service: &ServiceName, ask: Stop) -> Result<Stopping, Trouble> {
        let what = format!("stop {service}");
        self.document(&what, service).await?;
        let (service, Stop { by, reason }) = (service.clone(), ask);
        let ask = trigger::GoBack { service, to: None, stop: true, leave: None, by, reason };

        match self.going_back(&ask).await.map_err(|failure| unsuccessful(&what, &failure))? {
            GoingBack::Stopping(stopping) => Ok(stopping),
            GoingBack::Deployment(_) => {
                let why = Failure::Refused("there is nothing to stop".into());
                Err(unsuccessful(&what, &why))
            }
        }
    }

    async fn going_back(&self, ask: &trigger::GoBack) -> Result<GoingBack, Failure> {
        let (clock, catalog, ledger) = (&SystemClock, &self.catalog, &self.ledger);
        let (deployments, rollbacks) = (&self.deployments, &self.rollbacks);
        let going = workflow::go_back(clock, catalog, ledger, deployments, rollbacks, ask).await?;
        Ok(going.into())
    }
}
