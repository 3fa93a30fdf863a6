//! What the last datapoints say about an alarm: "M out of N", and what stands in for missing data.
//!
//! Source: CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data" and
//! "Avoiding premature transitions to alarm state". Both tables of that page are tests below.

use jiff::Timestamp;

use super::definition::{MetricAlarm, TreatMissingData};
use super::state::AlarmState;

/// How many datapoints beyond N are fetched, so that real ones can stand in for missing ones.
///
/// AWS says only that the number depends on the period, and that it is 2 in its examples.
const LOOK_BACK: usize = 2;

/// One measured period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Datapoint {
    /// When the period began.
    pub(super) from: Timestamp,
    /// What was measured.
    pub(super) value: f64,
    /// Whether it is on the wrong side of the threshold.
    pub(super) breaching: bool,
}

/// What the datapoints said, and which they were.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// The state the alarm should have; `None` to stay as it is.
    pub(super) state: Option<AlarmState>,
    /// The real datapoints that were considered, newest first; at most N.
    pub(super) considered: Vec<Datapoint>,
    /// How many datapoints were missing to make N.
    pub(super) filled: usize,
}

/// How many periods back an alarm looks (the evaluation range).
pub(super) fn evaluation_range(alarm: &MetricAlarm) -> usize {
    alarm.evaluation_periods() + LOOK_BACK
}

/// Judges the evaluation range of an alarm, newest period first, `None` where nothing was measured.
pub(super) fn judge(alarm: &MetricAlarm, range: &[Option<Datapoint>]) -> Verdict {
    let (m, n) = (alarm.datapoints_to_alarm(), alarm.evaluation_periods());
    let considered: Vec<_> = range.iter().flatten().copied().take(n).collect();
    let filled = n - considered.len();
    let breaching = considered.iter().filter(|point| point.breaching).count();

    let state = match alarm.treat_missing_data {
        // What was really measured is enough to say so, whatever stands in for the rest.
        _ if breaching >= m => Some(AlarmState::Alarm),
        _ if filled == 0 => Some(AlarmState::Ok),

        TreatMissingData::Breaching if breaching + filled >= m => Some(AlarmState::Alarm),
        TreatMissingData::NotBreaching | TreatMissingData::Breaching => Some(AlarmState::Ok),

        TreatMissingData::Missing | TreatMissingData::Ignore if breaching < considered.len() => {
            Some(AlarmState::Ok)
        }
        TreatMissingData::Ignore => None,
        TreatMissingData::Missing if oldest(range) >= m => Some(AlarmState::Alarm),
        // A lone breaching datapoint that has just arrived: the next one may be good.
        TreatMissingData::Missing => Some(AlarmState::InsufficientData),
    };

    Verdict { state, considered, filled }
}

/// How many periods ago the oldest real datapoint was, the last period being 1; 0 without any.
fn oldest(range: &[Option<Datapoint>]) -> usize {
    range.iter().rposition(Option::is_some).map_or(0, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarms::definition::Comparison;
    use crate::alarms::metric::Measure;

    fn alarm(m: u32, n: u32, treat_missing_data: TreatMissingData) -> MetricAlarm {
        MetricAlarm {
            name: "a".to_owned(),
            description: None,
            service: "checkout".to_owned(),
            metric: Measure::ErrorRate,
            comparison: Comparison::GreaterThanThreshold,
            threshold: 0.5,
            period_seconds: 10,
            evaluation_periods: n,
            datapoints_to_alarm: Some(m),
            treat_missing_data,
        }
    }

    /// Reads `0 - X` as AWS writes it: oldest first, 0 good, X breaching, - missing.
    fn range(points: &str) -> Vec<Option<Datapoint>> {
        let read = |point: &str| match point {
            "-" => None,
            other => Some(Datapoint {
                from: Timestamp::UNIX_EPOCH,
                value: f64::from(u8::from(other == "X")),
                breaching: other == "X",
            }),
        };
        points.split_whitespace().rev().map(read).collect()
    }

    /// One row: points, how many must be filled, then MISSING, IGNORE, BREACHING, NOT BREACHING.
    type Row = (&'static str, usize, [&'static str; 4]);

    fn assert_rows(m: u32, n: u32, rows: &[Row]) {
        let treatments = [
            TreatMissingData::Missing,
            TreatMissingData::Ignore,
            TreatMissingData::Breaching,
            TreatMissingData::NotBreaching,
        ];

        for (points, filled, expected) in rows {
            for (treatment, expected) in treatments.into_iter().zip(expected) {
                let verdict = judge(&alarm(m, n, treatment), &range(points));
                let state = verdict.state.map_or("retain".to_owned(), |state| state.to_string());
                assert_eq!(&state, expected, "{m} of {n}, {points}, {treatment:?}");
                assert_eq!(verdict.filled, *filled, "{m} of {n}, {points}");
            }
        }
    }

    #[test]
    fn three_of_three_goes_by_the_table_of_aws() {
        assert_rows(
            3,
            3,
            &[
                ("0 - X - X", 0, ["OK", "OK", "OK", "OK"]),
                ("0 - - - -", 2, ["OK", "OK", "OK", "OK"]),
                ("- - - - -", 3, ["INSUFFICIENT_DATA", "retain", "ALARM", "OK"]),
                ("0 X X - X", 0, ["ALARM", "ALARM", "ALARM", "ALARM"]),
                ("- - X - -", 2, ["ALARM", "retain", "ALARM", "OK"]),
            ],
        );
    }

    #[test]
    fn two_of_three_goes_by_the_table_of_aws() {
        assert_rows(
            2,
            3,
            &[
                ("0 - X - X", 0, ["ALARM", "ALARM", "ALARM", "ALARM"]),
                ("0 0 X 0 X", 0, ["ALARM", "ALARM", "ALARM", "ALARM"]),
                ("0 - X - -", 1, ["OK", "OK", "ALARM", "OK"]),
                ("- - - - 0", 2, ["OK", "OK", "ALARM", "OK"]),
                ("- - - X -", 2, ["ALARM", "retain", "ALARM", "OK"]),
            ],
        );
    }

    #[test]
    fn one_fresh_breaching_datapoint_alone_is_no_alarm_yet() {
        let states = ["INSUFFICIENT_DATA", "retain", "ALARM", "OK"];
        assert_rows(3, 3, &[("- - - - X", 2, states), ("- - - X -", 2, states)]);
        assert_rows(2, 3, &[("- - - - X", 2, states)]);
    }

    #[test]
    fn datapoints_older_than_needed_do_not_count() {
        assert_rows(1, 3, &[("X X 0 0 0", 0, ["OK"; 4]), ("X X X 0 0", 0, ["ALARM"; 4])]);
    }

    #[test]
    fn an_alarm_looks_two_periods_further_back_than_it_must() {
        assert_eq!(evaluation_range(&alarm(2, 3, TreatMissingData::Missing)), 5);
    }
}
