//! What people say: that a deployment may go on, and that nothing new may begin.

use domain::approval::{Approve, Approved};
use domain::freeze::{Freeze, FreezeByHand};
use domain::name::ServiceName;
use local::door::view;

use super::trouble::unsuccessful;
use super::{Account, SystemClock};
use crate::problem::Trouble;

impl Account {
    /// Lets a deployment go on that waits for people, and tells what was heard.
    pub(crate) async fn approve(
        &self,
        service: &ServiceName,
        ask: view::Approve,
    ) -> Result<Approved, Trouble> {
        let what = format!("approve what {service} waits for");
        self.document(&what, service).await?;
        let view::Approve { deployment, by, reason } = ask;
        let ask = Approve { service: service.clone(), deployment, by, reason };
        let heard = workflow::approve(&SystemClock, &self.ledger, &self.callbacks, ask).await;
        heard.map_err(|failure| unsuccessful(&what, &failure))
    }

    /// Lets nothing new begin for a while, and tells the freeze.
    pub(crate) async fn freeze(
        &self,
        service: &ServiceName,
        ask: view::Freeze,
    ) -> Result<Freeze, Trouble> {
        let view::Freeze { length, by, reason } = ask;
        let ask = FreezeByHand { service: service.clone(), length: Some(length), by, reason };
        self.freeze_by_hand(&format!("freeze {service}"), &ask).await
    }

    /// Ends a freeze before its time, and tells it.
    pub(crate) async fn thaw(
        &self,
        service: &ServiceName,
        ask: view::Thaw,
    ) -> Result<Freeze, Trouble> {
        let view::Thaw { by, reason } = ask;
        let ask = FreezeByHand { service: service.clone(), length: None, by, reason };
        self.freeze_by_hand(&format!("thaw {service}"), &ask).await
    }

    async fn freeze_by_hand(&self, what: &str, ask: &FreezeByHand) -> Result<Freeze, Trouble> {
        let (clock, catalog) = (&SystemClock, &self.catalog);
        let (ledger, callbacks) = (&self.ledger, &self.callbacks);
        let freeze = workflow::freeze(clock, catalog, ledger, callbacks, &self.bus, ask).await;
        freeze.map_err(|failure| unsuccessful(what, &failure))
    }
}
