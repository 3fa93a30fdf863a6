//! All alarms of an account, and how they stand.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use thiserror::Error;

use super::change::{StateChange, arn, composite_configuration, metric_configuration};
use super::check::{Alarms, Composite};
use super::definition::MetricAlarm;
use super::judge::{Datapoint, evaluation_range, judge};
use super::metric::Metric;
use super::reason;
use super::schedule::{cadence, last_end, second};
use super::state::{AlarmState, Standing};

/// Nobody defined an alarm of this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no alarm `{0}`")]
pub struct UnknownAlarm(pub String);

/// All alarms of an account, and how they stand.
#[derive(Debug, Clone)]
pub struct AlarmBook {
    alarms: Alarms,
    account: String,
    region: String,
    states: BTreeMap<String, Standing>,
    /// Up to when each metric alarm was last evaluated.
    evaluated: BTreeMap<String, Timestamp>,
    /// Whether the composite alarms were ever evaluated.
    settled: bool,
}

impl AlarmBook {
    /// Opens a book in which every alarm has `INSUFFICIENT_DATA` since `now`.
    pub fn new(
        alarms: Alarms,
        account: impl Into<String>,
        region: impl Into<String>,
        now: Timestamp,
    ) -> Self {
        let unchecked = |name: &str| (name.to_owned(), Standing::unchecked(now));
        let states = alarms.names().map(unchecked).collect();
        let (account, region) = (account.into(), region.into());
        Self { alarms, account, region, states, evaluated: BTreeMap::new(), settled: false }
    }

    /// Takes over how alarms stood before a restart. States of alarms that no longer exist are
    /// dropped, and alarms that are new begin without data.
    #[must_use]
    pub fn resume(mut self, states: BTreeMap<String, Standing>) -> Self {
        for (name, standing) in states {
            if let Some(mine) = self.states.get_mut(&name) {
                *mine = standing;
            }
        }
        self
    }

    /// How every alarm stands, by name; to be kept for [`AlarmBook::resume`].
    pub fn states(&self) -> &BTreeMap<String, Standing> {
        &self.states
    }

    /// How one alarm stands.
    pub fn state(&self, alarm: &str) -> Option<&Standing> {
        self.states.get(alarm)
    }

    pub(super) fn metric(&self, alarm: &str) -> Option<&(MetricAlarm, Metric)> {
        self.alarms.metric.iter().find(|(metric, _)| metric.name == alarm)
    }

    pub(super) fn composite(&self, alarm: &str) -> Option<&Composite> {
        self.alarms.composite.iter().find(|composite| composite.name == alarm)
    }

    /// Since when one alarm is in its state.
    pub fn state_since(&self, alarm: &str) -> Option<Timestamp> {
        self.states.get(alarm).map(|standing| standing.since)
    }

    /// Evaluates what is due and says what changed: metric alarms first, then the composite alarms
    /// that look at them.
    ///
    /// `source` tells what was measured `from` up to, not including, `to`; `None` where nothing was.
    /// Calling it early or twice does no harm. After a long sleep only the present is evaluated.
    pub fn evaluate(
        &mut self,
        now: Timestamp,
        source: impl Fn(&Metric, Timestamp, Timestamp) -> Option<f64>,
    ) -> Vec<StateChange> {
        let mut changes = Vec::new();
        let mut any_due = !self.settled;

        for index in 0..self.alarms.metric.len() {
            let (alarm, metric) = &self.alarms.metric[index];
            let end = last_end(now, cadence(alarm.period_seconds));
            if self.evaluated.get(&alarm.name) == Some(&end) {
                continue;
            }
            any_due = true;

            let verdict = judge(alarm, &datapoints(alarm, metric, end, &source));
            let present = self.states.get(&alarm.name).map(|standing| standing.value);
            let after = verdict.state.filter(|state| Some(*state) != present).map(|value| {
                let reason = reason::sentence(alarm, &verdict, value);
                let reason_data = Some(reason::data(alarm, &verdict, now));
                Standing { value, reason, reason_data, since: now }
            });

            let name = alarm.name.clone();
            if let Some(after) = after {
                let configuration = metric_configuration(alarm, metric);
                changes.extend(self.enter(&name, after, configuration));
            }
            self.evaluated.insert(name, end);
        }

        self.settle(now, any_due, &mut changes);
        changes
    }

    /// When [`AlarmBook::evaluate`] has something to do next; `None` if never.
    pub fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.settled && !self.states.is_empty() {
            return Some(now);
        }

        let next = |(alarm, _): &(MetricAlarm, Metric)| {
            let cadence = cadence(alarm.period_seconds);
            let end = last_end(now, cadence);
            let is_done = self.evaluated.get(&alarm.name) == Some(&end);
            if is_done { second(end.as_second().saturating_add(cadence)) } else { now }
        };
        self.alarms.metric.iter().map(next).min()
    }

    /// Puts an alarm into a state by hand, as `SetAlarmState` does: until the next evaluation.
    /// Composite alarms that look at it follow at once.
    pub fn set_state(
        &mut self,
        alarm: &str,
        state: AlarmState,
        reason: impl Into<String>,
        now: Timestamp,
    ) -> Result<Vec<StateChange>, UnknownAlarm> {
        let after = Standing { value: state, reason: reason.into(), reason_data: None, since: now };
        let metric = self.alarms.metric.iter().find(|(metric, _)| metric.name == alarm);
        let configuration = match (metric, self.composite(alarm)) {
            (Some((alarm, metric)), _) => metric_configuration(alarm, metric),
            (None, Some(composite)) => composite_configuration(composite),
            (None, None) => return Err(UnknownAlarm(alarm.to_owned())),
        };
        // Or a book that was never evaluated would undo it at once.
        if let Some((metric, _)) = metric {
            let end = last_end(now, cadence(metric.period_seconds));
            self.evaluated.insert(alarm.to_owned(), end);
        }

        let mut changes: Vec<_> = self.enter(alarm, after, configuration).into_iter().collect();
        self.settle(now, false, &mut changes);
        Ok(changes)
    }

    /// Evaluates composite alarms, all of them or only those that look at an alarm that changed.
    fn settle(&mut self, now: Timestamp, all: bool, changes: &mut Vec<StateChange>) {
        for index in 0..self.alarms.composite.len() {
            let composite = &self.alarms.composite[index];
            let watched = composite.rule.alarms();
            let causes: Vec<_> =
                changes.iter().filter(|change| watched.contains(change.alarm.as_str())).collect();
            if causes.is_empty() && !all {
                continue;
            }

            let after = self.follow(composite, &causes, now);
            let name = composite.name.clone();
            let configuration = composite_configuration(composite);

            changes.extend(self.enter(&name, after, configuration));
        }
        self.settled |= all;
    }

    /// How a composite alarm should stand, after these changes of alarms that it looks at.
    fn follow(&self, composite: &Composite, causes: &[&StateChange], now: Timestamp) -> Standing {
        let state = |alarm: &str| self.states.get(alarm).map(|standing| standing.value);
        let value = if composite.rule.holds(&state) { AlarmState::Alarm } else { AlarmState::Ok };

        let reason = if let Some(cause) = causes.last() {
            let at = cause.at().strftime("%A %d %B, %Y %H:%M:%S UTC");
            format!("{} transitioned to {} at {at}", cause.arn(), cause.after.value)
        } else {
            let is_new = state(&composite.name) == Some(AlarmState::InsufficientData);
            let was_created = if is_new { "was created and " } else { "" };
            let arn = self.arn(&composite.name);
            format!("{arn} {was_created}its alarm rule evaluates to {value}")
        };

        let is_cause =
            |name: &&str| causes.is_empty() || causes.iter().any(|cause| cause.alarm == *name);
        let triggering: Vec<_> = composite
            .rule
            .alarms()
            .into_iter()
            .filter(is_cause)
            .filter_map(|name| Some((name, self.states.get(name)?)))
            .map(|(name, standing)| {
                let timestamp = reason::stamp(standing.since);
                let state = json!({ "value": standing.value, "timestamp": timestamp });
                json!({ "arn": self.arn(name), "state": state })
            })
            .collect();
        let reason_data = Some(json!({ "triggeringAlarms": triggering }).to_string());

        Standing { value, reason, reason_data, since: now }
    }

    /// Puts an alarm into a state; `None` if it was there already.
    fn enter(&mut self, alarm: &str, after: Standing, configuration: Value) -> Option<StateChange> {
        let standing = self.states.get_mut(alarm)?;
        if standing.value == after.value {
            return None;
        }

        let before = std::mem::replace(standing, after.clone());
        Some(StateChange {
            alarm: alarm.to_owned(),
            before,
            after,
            account: self.account.clone(),
            region: self.region.clone(),
            configuration,
        })
    }

    fn arn(&self, alarm: &str) -> String {
        arn(&self.region, &self.account, alarm)
    }
}

/// The evaluation range that ends at `end`, newest first.
fn datapoints(
    alarm: &MetricAlarm,
    metric: &Metric,
    end: Timestamp,
    source: &impl Fn(&Metric, Timestamp, Timestamp) -> Option<f64>,
) -> Vec<Option<Datapoint>> {
    let period = i64::from(alarm.period_seconds);
    let ends = (0..evaluation_range(alarm)).scan(end.as_second(), |end, _| {
        let to = *end;
        *end -= period;
        Some(to)
    });

    ends.map(|to| {
        let from = second(to - period);
        let value = source(metric, from, second(to)).filter(|value| !value.is_nan())?;
        let breaching = alarm.comparison.is_breached(value, alarm.threshold);
        Some(Datapoint { from, value, breaching })
    })
    .collect()
}

#[cfg(test)]
mod tests;
