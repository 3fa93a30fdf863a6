//! What an alarm measured, whether it rang or not.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::book::AlarmBook;
use super::metric::Metric;
use super::schedule::{cadence, last_end, second};

impl AlarmBook {
    /// What a metric alarm measured in each whole period between two moments, oldest first, with
    /// when the period began; `None` if there is no metric alarm of this name. Periods in which
    /// nothing was measured are left out.
    ///
    /// `source` tells what was measured, as for [`AlarmBook::evaluate`].
    pub fn measured(
        &self,
        alarm: &str,
        (from, to): (Timestamp, Timestamp),
        source: impl Fn(&Metric, Timestamp, Timestamp) -> Option<f64>,
    ) -> Option<Vec<(Timestamp, f64)>> {
        let (alarm, metric) = self.metric(alarm)?;
        let period = i64::from(alarm.period_seconds);
        let end = last_end(to, cadence(alarm.period_seconds)).as_second();
        let begins = (1..).map(|periods| end - periods * period);
        let begins = begins.take_while(|begin| *begin >= from.as_second());

        let mut points: Vec<_> = begins
            .filter_map(|begin| {
                let value = source(metric, second(begin), second(begin + period))?;
                Some((second(begin), value))
            })
            .collect();
        points.reverse();
        Some(points)
    }

    /// The alarms that a composite alarm looks at; none for any other.
    pub fn looked_at(&self, alarm: &str) -> BTreeSet<&str> {
        self.composite(alarm).map(|composite| composite.rule.alarms()).unwrap_or_default()
    }
}
