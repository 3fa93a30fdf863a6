//! What is in quarantine, put there and lifted by hand.

use domain::name::ServiceName;
use domain::quarantine::{InForce, Quarantine};
use local::door::view::{ByHand, Quarantined};
use workflow::ports::{Clock, Ledger};

use super::trouble::{trouble, unsuccessful};
use super::{Account, SystemClock};
use crate::problem::Trouble;

impl Account {
    /// What is in quarantine, the oldest first.
    pub(crate) async fn quarantined(
        &self,
        service: &ServiceName,
    ) -> Result<Vec<Quarantined>, Trouble> {
        let what = format!("look up what of {service} is in quarantine");
        self.document(&what, service).await?;
        let desk = self.ledger.desk(service).await.map_err(|failure| trouble(&what, &failure))?;
        Ok(Quarantined::of(&desk, SystemClock.now()))
    }

    /// Keeps a release from being deployed again, and tells what is in force then.
    pub(crate) async fn quarantine(
        &self,
        service: &ServiceName,
        ask: ByHand,
    ) -> Result<InForce, Trouble> {
        let what = format!("put {} of {service} into quarantine", ask.release);
        self.document(&what, service).await?;
        let ask = ask.of(service.clone());
        let in_force =
            workflow::quarantine_by_hand(&SystemClock, &self.ledger, &self.bus, &ask).await;
        in_force.map_err(|failure| trouble(&what, &failure))
    }

    /// Lets a release be deployed again, and tells what was lifted.
    pub(crate) async fn lift(
        &self,
        service: &ServiceName,
        ask: ByHand,
    ) -> Result<Quarantine, Trouble> {
        let what = format!("release {} of {service} from quarantine", ask.release);
        self.document(&what, service).await?;
        let ask = ask.of(service.clone());
        let lifted = workflow::lift(&SystemClock, &self.ledger, &self.bus, &ask).await;
        lifted.map_err(|failure| unsuccessful(&what, &failure))
    }
}
