//! News of a deployment, put on the bus by the way.

use std::pin::pin;

use domain::event::Event;
use domain::seconds::Seconds;
use futures_util::future::{Either, select};

use crate::ports::{Bus, Clock};

/// How long the bus is waited for.
const PATIENCE: Seconds = Seconds(2);

/// Puts news on the bus. Without it the deployment goes on all the same, and the next news, at the
/// latest its end, tells what this would have told.
pub(crate) async fn tell(clock: &impl Clock, bus: &impl Bus, news: Event) {
    let events = [news];
    let patience = pin!(clock.until(PATIENCE.after(clock.now())));
    let published = pin!(bus.publish(&events));

    match select(published, patience).await {
        Either::Left((Ok(()), _)) => {}
        Either::Left((Err(failure), _)) => tracing::warn!("went on without telling: {failure}"),
        Either::Right(_) => tracing::warn!("went on without telling: the bus takes too long"),
    }
}
