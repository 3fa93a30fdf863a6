//! What a desk remembers of the alerts of its service.
//!
//! Nobody can be asked whether an alert still fires, as CloudWatch can be of an alarm. So what was
//! told last is kept, and forgotten when it was not told again for a day.

use jiff::Timestamp;

use super::{Alert, AlertCheck, Known};
use crate::desk::Desk;
use crate::evidence::{Alarm, AlarmState};
use crate::seconds::Seconds;

/// How long an alert is believed without being told again. Alertmanager repeats what fires every
/// four hours unless its `repeat_interval` says otherwise.
const BELIEVED: Seconds = Seconds(24 * 3600);

/// How many are kept: a desk has to fit into 400 KB.
const MOST: usize = 20;

impl Desk {
    /// Remembers what was told of alerts. What was told before, again, or in another order makes no
    /// difference: of one alert the latest time it fired counts, and that it was over more than that
    /// it fires.
    #[must_use]
    pub fn heed(mut self, alerts: &[Alert], now: Timestamp) -> Self {
        for alert in alerts {
            let known = self.alerts.iter().position(|it| it.alert.fingerprint == alert.fingerprint);
            let older = |known: &Known| {
                let moment = |it: &Alert| (it.since, it.resolved.is_some());
                moment(alert) < moment(&known.alert)
            };
            match known.map(|place| &mut self.alerts[place]) {
                Some(known) if older(known) => {}
                Some(known) => *known = Known { alert: alert.clone(), told: now },
                None => self.alerts.push(Known { alert: alert.clone(), told: now }),
            }
        }
        self.alerts.retain(|known| now < BELIEVED.after(known.told));
        self.alerts.sort_by_key(|known| std::cmp::Reverse(known.told));
        self.alerts.truncate(MOST);
        self
    }

    /// Whether it was told since that this alert is over, for this time or a later one.
    pub fn is_over(&self, alert: &Alert) -> bool {
        self.alerts.iter().any(|known| {
            known.alert.fingerprint == alert.fingerprint
                && known.alert.since >= alert.since
                && known.alert.resolved.is_some()
        })
    }

    /// How each of these alerts stands, in the same order, as if it were an alarm: of several that
    /// it means the one that began last counts.
    pub fn alerts(&self, checks: &[AlertCheck], now: Timestamp) -> Vec<Alarm> {
        let stands = |check: &AlertCheck| {
            let fires = |known: &&Known| {
                let believed = now < BELIEVED.after(known.told);
                believed && known.alert.resolved.is_none() && check.means(&known.alert)
            };
            let since = self.alerts.iter().filter(fires).map(|known| known.alert.since).max();
            let state = since.map_or(AlarmState::Quiet, |_| AlarmState::Ringing);
            Alarm { name: check.to_string(), state, since: since.unwrap_or(now) }
        };
        checks.iter().map(stands).collect()
    }
}
