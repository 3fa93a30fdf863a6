//! Why an alarm is in its state, in CloudWatch's own words.

use jiff::Timestamp;
use serde_json::json;

use super::definition::MetricAlarm;
use super::judge::{Datapoint, Verdict};
use super::state::AlarmState;

/// More datapoints than these are not spelled out: a reason has at most 1,023 characters.
const SPELLED_OUT: usize = 10;

/// A time as it stands in alarm events: `2019-10-02T17:04:40.989+0000`.
pub(super) fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// The reason for going to `state`.
pub(super) fn sentence(alarm: &MetricAlarm, verdict: &Verdict, state: AlarmState) -> String {
    let filled = verdict.filled;
    if state == AlarmState::InsufficientData {
        return format!("Insufficient Data: {} unknown.", counted(filled, "datapoint"));
    }

    let stand_ins = format!(
        "{} treated as [{}]",
        counted(filled, "missing datapoint"),
        alarm.treat_missing_data
    );
    if verdict.considered.is_empty() {
        let periods = if filled == 1 { "1 period".to_owned() } else { format!("{filled} periods") };
        return format!(
            "Threshold Crossed: no datapoints were received for {periods} and {stand_ins}."
        );
    }

    // The datapoints that speak for the state; if it rests on stand-ins alone, those that do not.
    let rings = state == AlarmState::Alarm;
    let breaching = rings == verdict.considered.iter().any(|point| point.breaching == rings);
    let telling: Vec<_> =
        verdict.considered.iter().filter(|point| point.breaching == breaching).collect();
    let list = spell_out(alarm, &telling);
    let were = if telling.len() == 1 { "was" } else { "were" };
    let not = if breaching { "" } else { "not " };
    let comparison = alarm.comparison;
    let threshold = alarm.metric.shown(alarm.threshold);
    let crossed = format!("[{list}] {were} {not}{comparison} the threshold ({threshold:?})");

    if filled > 0 {
        let datapoints = if telling.len() == 1 { "datapoint" } else { "datapoints" };
        let count = telling.len();
        return format!("Threshold Crossed: {count} {datapoints} {crossed} and {stand_ins}.");
    }

    let (m, n) = (alarm.datapoints_to_alarm(), alarm.evaluation_periods());
    let (minimum, transition) = if rings { (m, "OK -> ALARM") } else { (n - m + 1, "ALARM -> OK") };
    let datapoints = if minimum == 1 { "datapoint" } else { "datapoints" };
    format!(
        "Threshold Crossed: {} out of the last {n} datapoints {crossed} \
         (minimum {minimum} {datapoints} for {transition} transition).",
        telling.len()
    )
}

/// `reasonData`: what was measured, as JSON text.
pub(super) fn data(alarm: &MetricAlarm, verdict: &Verdict, now: Timestamp) -> String {
    let oldest = verdict.considered.last().map(|point| stamp(point.from));
    let values: Vec<_> =
        verdict.considered.iter().rev().map(|point| alarm.metric.shown(point.value)).collect();

    let mut data = json!({ "version": "1.0", "queryDate": stamp(now) });
    if let Some(oldest) = oldest {
        data["startDate"] = json!(oldest);
    }
    data["statistic"] = json!(alarm.metric.statistic());
    data["period"] = json!(alarm.period_seconds);
    data["recentDatapoints"] = json!(values);
    data["threshold"] = json!(alarm.metric.shown(alarm.threshold));
    data.to_string()
}

/// "1 datapoint was", "2 datapoints were".
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun} was") } else { format!("{count} {noun}s were") }
}

/// `12.5 (02/10/19 16:59:00), 11.0 (02/10/19 16:58:00)`.
fn spell_out(alarm: &MetricAlarm, points: &[&Datapoint]) -> String {
    let mut texts: Vec<_> = points
        .iter()
        .take(SPELLED_OUT)
        .map(|point| {
            let value = alarm.metric.shown(point.value);
            format!("{value:?} ({})", point.from.strftime("%d/%m/%y %H:%M:%S"))
        })
        .collect();
    if points.len() > SPELLED_OUT {
        texts.push("...".to_owned());
    }
    texts.join(", ")
}
