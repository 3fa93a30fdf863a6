//! The loop that evaluates the alarms, and what follows when one changes.

use std::sync::Arc;

use domain::Failure;
use jiff::Timestamp;

use super::Inner;
use super::store::Kind;
use crate::alarms::{AlarmBook, AlarmState, Measure, Metric, StateChange};
use crate::plant::Plant;

/// Evaluates the alarms whenever one is due, until the account closes.
pub(super) async fn drive<P: Plant>(account: Arc<Inner<P>>) {
    loop {
        let now = account.clock.now();
        let changes = {
            let mut book = account.alarms.lock();
            book.evaluate(now, |metric, from, to| measure(&*account.plant, metric, from, to))
        };
        account.alarms_changed(&changes);

        let due = account.alarms.lock().next_wake(now);
        match due {
            Some(at) => tokio::time::sleep_until(account.until(at)).await,
            None => std::future::pending().await,
        }
    }
}

/// The names of the alarms that ring.
pub(super) fn names(book: &AlarmBook) -> Arc<[String]> {
    let rings = book.states().iter().filter(|(_, it)| it.value == AlarmState::Alarm);
    rings.map(|(name, _)| name.clone()).collect()
}

/// What was measured from a moment up to another; `None` where nothing was.
pub(super) fn measure<P: Plant>(
    plant: &P,
    metric: &Metric,
    from: Timestamp,
    to: Timestamp,
) -> Option<f64> {
    match metric.measure {
        Measure::UnhealthyTargets => {
            let standings = plant.standing(&metric.service);
            let unhealthy: u32 =
                standings.iter().map(|it| it.running.saturating_sub(it.healthy)).sum();
            (!standings.is_empty()).then(|| f64::from(unhealthy))
        }
        measure => {
            let traffic = plant.traffic(&metric.service, None, from, to);
            traffic.and_then(|traffic| measure.read(&traffic))
        }
    }
}

impl<P: Plant> Inner<P> {
    pub(super) fn set_alarm(
        &self,
        name: &str,
        state: AlarmState,
        why: &str,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        let changes = self.alarms.lock().set_state(name, state, why, now);
        self.alarms_changed(&changes.map_err(|unknown| Failure::Invalid(unknown.to_string()))?);
        Ok(())
    }

    /// The names of the alarms that ring.
    pub(super) fn ringing(&self) -> Arc<[String]> {
        Arc::clone(&self.ringing.read())
    }

    fn alarms_changed(&self, changes: &[StateChange]) {
        for change in changes {
            self.store.put(Kind::Alarm, &change.alarm, &change.after);
            match serde_json::from_value::<crate::bus::Event>(change.event()) {
                Ok(event) => self.bus().put(event),
                Err(error) => tracing::error!(alarm = change.alarm, "no event: {error}"),
            }
        }
        if !changes.is_empty() {
            *self.ringing.write() = names(&self.alarms.lock());
            self.alarm_changed.send_modify(|changes| *changes += 1);
        }
    }
}
