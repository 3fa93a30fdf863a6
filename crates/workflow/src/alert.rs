//! Tells the bus what became of alerts.

use domain::Failure;
use domain::alert::{Alert, Alerts};
use domain::event::Event;

use crate::ports::Bus;

/// How many alerts one event tells of. An execution is started with it and takes 256 KiB, and an
/// alert that was [cut](Alert::cut) has at most 25 KB, of which most are far away.
const MOST: usize = 10;

/// Tells the bus what became of alerts, and answers at once. Whether it was told before is found out
/// by those who listen: Alertmanager repeats what fires every few hours.
pub async fn alert(bus: &impl Bus, told: Alerts) -> Result<(), Failure> {
    let alerts = told.alerts.into_iter().map(Alert::cut);
    let (over, firing): (Vec<_>, Vec<_>) = alerts.partition(|alert| alert.resolved.is_some());
    tracing::info!("alerted: {} fire and {} are over", firing.len(), over.len());

    let mut events = events(&firing, Event::AlertFiring);
    events.extend(self::events(&over, Event::AlertResolved));
    if events.is_empty() {
        return Ok(());
    }
    bus.publish(&events).await
}

/// As few events as take these alerts.
fn events(alerts: &[Alert], event: fn(Alerts) -> Event) -> Vec<Event> {
    alerts.chunks(MOST).map(|alerts| event(Alerts { alerts: alerts.to_vec() })).collect()
}
