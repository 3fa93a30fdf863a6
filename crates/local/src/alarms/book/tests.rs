//! An alarm's life, told datapoint by datapoint.

use std::cell::Cell;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::definition::AlarmDefinition;
use super::*;
use AlarmState::{Alarm, InsufficientData, Ok as Well};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";

fn at(seconds: i64) -> Timestamp {
    "2026-03-01T12:00:00Z".parse::<Timestamp>().expect("it is a time")
        + jiff::SignedDuration::from_secs(seconds)
}

/// More than 5 % errors in 2 of 3 periods of 10 s.
fn errors() -> Value {
    json!({
        "name": "checkout-5xx", "description": "Too many errors", "service": "checkout",
        "metric": "error_rate", "comparison": "GreaterThanThreshold", "threshold": 0.05,
        "period_seconds": 10, "evaluation_periods": 3, "datapoints_to_alarm": 2,
    })
}

fn book(alarms: Value) -> AlarmBook {
    let definitions: Vec<AlarmDefinition> = serde_json::from_value(alarms).unwrap();
    let alarms = Alarms::check(&definitions, "alarms", |_| true).unwrap();
    AlarmBook::new(alarms, ACCOUNT, REGION, at(0))
}

/// What each second of a story measured, from `at(0)` on.
fn measured(
    per_second: impl Fn(i64) -> Option<f64>,
) -> impl Fn(&Metric, Timestamp, Timestamp) -> Option<f64> {
    move |_, from, to| {
        assert!(from < to);
        per_second(from.as_second() - at(0).as_second())
    }
}

fn told(changes: &[StateChange]) -> Vec<(&str, AlarmState)> {
    changes.iter().map(|change| (change.alarm.as_str(), change.after.value)).collect()
}

#[test]
fn an_alarm_rings_when_enough_periods_are_breaching_and_is_well_again_after() {
    let mut book = book(json!([errors()]));
    let source = measured(|from| match from {
        ..0 => None,
        20..40 => Some(0.125),
        _ => Some(0.0),
    });

    let mut story = Vec::new();
    for second in 0..=80 {
        for change in book.evaluate(at(second), &source) {
            story.push((second, change.after.value));
        }
    }

    assert_eq!(story, [(10, Well), (40, Alarm), (60, Well)]);
    assert_eq!(book.state_since("checkout-5xx"), Some(at(60)));
}

#[test]
fn periods_of_a_minute_are_looked_at_every_minute_and_longer_ones_slide() {
    let alarm = |period: u32| {
        let mut alarm = errors();
        alarm["period_seconds"] = json!(period);
        alarm
    };
    for (period, expected) in [(1, 1), (5, 5), (10, 10), (30, 10), (60, 60), (300, 60)] {
        let mut book = book(json!([alarm(period)]));
        assert_eq!(book.next_wake(at(0)), Some(at(0)), "it was never evaluated");
        book.evaluate(at(0), measured(|_| None));
        assert_eq!(book.next_wake(at(0)), Some(at(expected)), "period {period}");
    }

    let mut book = book(json!([alarm(300)]));
    let newest = Cell::new(None);
    book.evaluate(at(90), |_: &Metric, from, to| {
        newest.set(newest.get().or(Some((from, to))));
        None
    });
    assert_eq!(newest.get(), Some((at(-240), at(60))));
}

#[test]
fn waking_early_or_twice_asks_for_nothing() {
    let mut book = book(json!([errors()]));
    book.evaluate(at(10), measured(|_| Some(0.0)));

    let silent = |_: &Metric, _, _| panic!("nothing is due");
    assert!(book.evaluate(at(10), silent).is_empty());
    assert!(book.evaluate(at(19), silent).is_empty());
    assert_eq!(book.next_wake(at(19)), Some(at(20)));
}

#[test]
fn a_clock_that_is_set_back_does_not_silence_an_alarm() {
    let mut book = book(json!([errors()]));
    book.evaluate(at(7_200), measured(|_| Some(0.0)));

    let changes = book.evaluate(at(0), measured(|_| Some(1.0)));

    assert_eq!(told(&changes), [("checkout-5xx", Alarm)]);
}

#[test]
fn an_event_is_as_cloudwatch_sends_it() {
    let mut book = book(json!([errors()]));
    book.evaluate(at(30), measured(|_| Some(0.01)));
    let changes =
        book.evaluate(at(60), measured(|from| if from == 50 { Some(0.07) } else { Some(0.125) }));

    let event = changes[0].event();
    assert!(event["id"].as_str().is_some_and(|id| id.len() == 36));
    assert_eq!(event["detail-type"], "CloudWatch Alarm State Change");
    assert_eq!(event["source"], "aws.cloudwatch");
    assert_eq!(event["account"], ACCOUNT);
    assert_eq!(event["region"], REGION);
    assert_eq!(event["time"], "2026-03-01T12:01:00Z");
    assert_eq!(
        event["resources"],
        json!(["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-5xx"])
    );

    let detail = &event["detail"];
    assert_eq!(detail["alarmName"], "checkout-5xx");
    let configuration = &detail["configuration"];
    assert_eq!(configuration["description"], "Too many errors");
    let stat = &configuration["metrics"][0]["metricStat"];
    assert_eq!(stat["metric"]["dimensions"], json!({ "Service": "checkout" }));
    assert_eq!(stat["metric"]["name"], "ErrorRate");
    assert_eq!(stat["period"], 10);

    assert_eq!(
        detail["previousState"],
        json!({
            "value": "OK",
            "reason": "Threshold Crossed: 3 out of the last 3 datapoints [1.0 (01/03/26 12:00:20), \
                       1.0 (01/03/26 12:00:10), 1.0 (01/03/26 12:00:00)] were not greater than the \
                       threshold (5.0) (minimum 2 datapoints for ALARM -> OK transition).",
            "reasonData": "{\"version\":\"1.0\",\"queryDate\":\"2026-03-01T12:00:30.000+0000\",\
                           \"startDate\":\"2026-03-01T12:00:00.000+0000\",\"statistic\":\"Average\",\
                           \"period\":10,\"recentDatapoints\":[1.0,1.0,1.0],\"threshold\":5.0}",
            "timestamp": "2026-03-01T12:00:30.000+0000",
        })
    );
    assert_eq!(
        detail["state"]["reason"],
        "Threshold Crossed: 3 out of the last 3 datapoints [7.0 (01/03/26 12:00:50), 12.5 \
         (01/03/26 12:00:40), 12.5 (01/03/26 12:00:30)] were greater than the threshold (5.0) \
         (minimum 2 datapoints for OK -> ALARM transition)."
    );
    assert_eq!(detail["state"]["value"], "ALARM");
    assert_eq!(changes[0].event(), event, "the same change is the same event");
}

#[test]
fn a_single_datapoint_is_told_in_the_singular() {
    let mut alarm = errors();
    alarm["evaluation_periods"] = json!(1);
    alarm["datapoints_to_alarm"] = json!(1);
    let changes = book(json!([alarm])).evaluate(at(10), measured(|_| Some(0.125)));

    assert_eq!(
        changes[0].after.reason,
        "Threshold Crossed: 1 out of the last 1 datapoints [12.5 (01/03/26 12:00:00)] was greater \
         than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition)."
    );
}

#[test]
fn missing_data_is_told_as_what_it_was_treated() {
    let reason = |treatment: &str, source: fn(i64) -> Option<f64>| {
        let mut alarm = errors();
        alarm["treat_missing_data"] = json!(treatment);
        let mut book = book(json!([alarm]));
        // Out of its first state, so that every verdict is a change.
        let other = if treatment == "breaching" { Well } else { Alarm };
        book.set_state("checkout-5xx", other, "by hand", at(0)).unwrap();
        book.evaluate(at(30), measured(source))[0].after.reason.clone()
    };

    assert_eq!(reason("missing", |_| None), "Insufficient Data: 3 datapoints were unknown.");
    assert_eq!(
        reason("breaching", |_| None),
        "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints \
         were treated as [Breaching]."
    );
    assert_eq!(
        reason("notBreaching", |from| (from == 0).then_some(0.5)),
        "Threshold Crossed: 1 datapoint [50.0 (01/03/26 12:00:00)] was greater than the threshold \
         (5.0) and 2 missing datapoints were treated as [NonBreaching]."
    );
    assert_eq!(
        reason("breaching", |from| (from < 10 && from > -20).then_some(0.5)),
        "Threshold Crossed: 2 datapoints [50.0 (01/03/26 12:00:00), 50.0 (01/03/26 11:59:50)] were \
         greater than the threshold (5.0) and 1 missing datapoint was treated as [Breaching]."
    );
}

#[test]
fn a_state_set_by_hand_lasts_until_the_next_evaluation() {
    let mut book = book(json!([errors(), { "name": "any", "rule": "ALARM(checkout-5xx)" }]));
    book.evaluate(at(30), measured(|_| Some(0.0)));

    let changes = book.set_state("checkout-5xx", Alarm, "a drill", at(33)).unwrap();
    assert_eq!(told(&changes), [("checkout-5xx", Alarm), ("any", Alarm)]);
    assert_eq!(changes[0].after.reason, "a drill");
    assert!(changes[0].event()["detail"]["state"].get("reasonData").is_none());
    assert!(book.set_state("checkout-5xx", Alarm, "again", at(34)).unwrap().is_empty());
    assert!(book.evaluate(at(39), measured(|_| Some(0.0))).is_empty());

    let changes = book.evaluate(at(40), measured(|_| Some(0.0)));
    assert_eq!(told(&changes), [("checkout-5xx", Well), ("any", Well)]);

    let error = book.set_state("nobody", Alarm, "a drill", at(50)).unwrap_err();
    assert_eq!(error.to_string(), "there is no alarm `nobody`");
}

#[test]
fn a_composite_set_by_hand_returns_at_the_next_evaluation() {
    let mut book = book(json!([errors(), { "name": "any", "rule": "ALARM(checkout-5xx)" }]));
    book.evaluate(at(30), measured(|_| Some(0.0)));
    book.set_state("any", Alarm, "a drill", at(31)).unwrap();

    assert!(book.evaluate(at(35), measured(|_| Some(0.0))).is_empty());
    assert_eq!(told(&book.evaluate(at(40), measured(|_| Some(0.0)))), [("any", Well)]);
}

#[test]
fn composite_alarms_follow_what_they_look_at_in_one_evaluation() {
    let mut book = book(json!([
        { "name": "top", "rule": "ALARM(middle) AND NOT OK(checkout-5xx)" },
        { "name": "middle", "description": "m", "rule": "ALARM(\"checkout-5xx\")" },
        errors(),
    ]));
    let changes = book.evaluate(at(30), measured(|_| Some(0.0)));
    assert_eq!(told(&changes), [("checkout-5xx", Well), ("middle", Well), ("top", Well)]);

    let changes = book.evaluate(at(60), measured(|_| Some(0.5)));

    assert_eq!(told(&changes), [("checkout-5xx", Alarm), ("middle", Alarm), ("top", Alarm)]);
    let detail = &changes[1].event()["detail"];
    assert_eq!(
        detail["configuration"],
        json!({ "alarmRule": "ALARM(\"checkout-5xx\")", "description": "m" })
    );
    assert_eq!(
        detail["state"],
        json!({
            "value": "ALARM",
            "reason": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-5xx \
                       transitioned to ALARM at Sunday 01 March, 2026 12:01:00 UTC",
            "reasonData": "{\"triggeringAlarms\":[{\"arn\":\"arn:aws:cloudwatch:eu-central-1:\
                           123456789012:alarm:checkout-5xx\",\"state\":{\"value\":\"ALARM\",\
                           \"timestamp\":\"2026-03-01T12:01:00.000+0000\"}}]}",
            "timestamp": "2026-03-01T12:01:00.000+0000",
        })
    );
}

#[test]
fn a_book_of_nothing_but_composites_is_evaluated_once() {
    let mut book = book(json!([{ "name": "always", "rule": "TRUE" }]));
    assert_eq!(book.next_wake(at(0)), Some(at(0)));

    let changes = book.evaluate(at(0), |_: &Metric, _, _| None);

    assert_eq!(told(&changes), [("always", Alarm)]);
    assert!(
        changes[0]
            .after
            .reason
            .ends_with("alarm:always was created and its alarm rule evaluates to ALARM")
    );
    assert_eq!(book.next_wake(at(0)), None);
}

#[test]
fn an_alarm_that_rang_before_a_restart_rings_since_then() {
    let mut before = book(json!([errors()]));
    before.evaluate(at(30), measured(|_| Some(1.0)));
    let kept = serde_json::to_string(before.states()).unwrap();
    let mut kept: BTreeMap<String, Standing> = serde_json::from_str(&kept).unwrap();
    kept.insert("gone".to_owned(), Standing::unchecked(at(0)));

    let mut after = book(json!([errors(), { "name": "new", "rule": "FALSE" }])).resume(kept);

    assert_eq!(told(&after.evaluate(at(100), measured(|_| Some(1.0)))), [("new", Well)]);
    assert_eq!(after.state_since("checkout-5xx"), Some(at(30)));
    assert_eq!(after.state("gone"), None);
    assert_eq!(after.state("new").map(|standing| standing.value), Some(Well));
    assert_eq!(book(json!([errors()])).states()["checkout-5xx"].value, InsufficientData);
}

proptest! {
    #[test]
    fn no_time_and_no_measurement_makes_it_panic(
        period in 1_u32..=86_400,
        n in 1_u32..=20,
        m in 1_u32..=20,
        treatment in prop_oneof![
            Just("missing"), Just("ignore"), Just("breaching"), Just("notBreaching")
        ],
        times in prop::collection::vec(
            Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(), 1..6
        ),
        values in prop::collection::vec(any::<Option<f64>>(), 1..8),
    ) {
        let n = n.min(86_400 / period);
        let mut alarm = errors();
        alarm["period_seconds"] = json!(period);
        alarm["evaluation_periods"] = json!(n);
        alarm["datapoints_to_alarm"] = json!(m.min(n));
        alarm["treat_missing_data"] = json!(treatment);
        let mut book = book(json!([alarm, { "name": "any", "rule": "NOT OK(checkout-5xx)" }]));

        let asked = Cell::new(0);
        for time in times {
            let now = Timestamp::from_second(time).unwrap();
            let changes = book.evaluate(now, |_: &Metric, _, _| {
                asked.set(asked.get() + 1);
                values[asked.get() % values.len()]
            });
            for change in changes {
                prop_assert_ne!(change.before.value, change.after.value);
                prop_assert!(change.after.reason.len() <= 1_023, "{}", change.after.reason);
                change.event();
            }
            prop_assert!(book.next_wake(now).is_some_and(|wake| wake > now || now == Timestamp::MAX));
        }
    }
}
