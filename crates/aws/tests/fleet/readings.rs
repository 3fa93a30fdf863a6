//! What alarms measured that ring.

use aws::CloudWatch;
use domain::metric::Point;
use domain::preserved::{Part, Readings};
use jiff::Timestamp;
use serde_json::{Value, json};
use workflow::ports::Alarms;

use crate::alarms::DESCRIBE_ALARMS;
use crate::support::{Answer, Aws, Script, epoch};

const GET_DATA: &str = "GraniteServiceVersion20100801.GetMetricData";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a moment")
}

/// An alarm on one metric that rings.
fn ringing(name: &str) -> Value {
    json!({
        "AlarmName": name, "StateValue": "ALARM", "StateReason": "Threshold Crossed",
        "Namespace": "Shop", "MetricName": "Errors", "Statistic": "Sum", "Period": 60,
        "Dimensions": [{ "Name": "Service", "Value": "checkout" }],
    })
}

fn data(id: &str, value: f64) -> Value {
    json!({ "Id": id, "StatusCode": "Complete", "Timestamps": [epoch(60.0)], "Values": [value] })
}

async fn readings(script: Script, names: &[&str]) -> (Aws, Vec<Readings>) {
    let aws = script.play().await;
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let readings = CloudWatch::new(&aws.config()).readings(&names, at(0), at(600)).await;
    (aws, readings.expect("they are told"))
}

fn kept(alarm: &str, value: f64) -> Readings {
    Readings::new(alarm, "Threshold Crossed", Ok(vec![Point { at: at(60), value }]))
}

#[tokio::test]
async fn an_alarm_on_one_metric_is_read_as_it_is_evaluated() {
    let script = Script::new()
        .on(DESCRIBE_ALARMS, |_| Answer::cbor(json!({ "MetricAlarms": [ringing("5xx")] })))
        .on(GET_DATA, |_| Answer::cbor(json!({ "MetricDataResults": [data("measured", 7.0)] })));

    let (aws, readings) = readings(script, &["5xx", "quiet"]).await;

    assert_eq!(readings, [kept("5xx", 7.0)]);
    let calls = aws.calls();
    let asked = json!({
        "AlarmNames": ["5xx", "quiet"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
        "StateValue": "ALARM", "MaxRecords": 100,
    });
    assert_eq!(calls[0].body, asked);
    let query = json!([{
        "Id": "measured",
        "MetricStat": {
            "Metric": {
                "Namespace": "Shop", "MetricName": "Errors",
                "Dimensions": [{ "Name": "Service", "Value": "checkout" }],
            },
            "Period": 60, "Stat": "Sum",
        },
    }]);
    assert_eq!(calls[1].body["MetricDataQueries"], query);
    assert_eq!(
        (&calls[1].body["StartTime"], &calls[1].body["EndTime"]),
        (&json!(0.0), &json!(600.0))
    );
}

#[tokio::test]
async fn an_alarm_on_an_expression_is_read_by_its_own_queries_without_the_band() {
    let alarm = json!({
        "AlarmName": "odd", "StateValue": "ALARM", "StateReason": "Threshold Crossed",
        "ThresholdMetricId": "band",
        "Metrics": [
            { "Id": "rate", "Expression": "errors / requests", "ReturnData": true },
            { "Id": "band", "Expression": "ANOMALY_DETECTION_BAND(rate)", "ReturnData": true },
        ],
    });
    let told = json!({ "MetricAlarms": [alarm] });
    let script = Script::new().on(DESCRIBE_ALARMS, move |_| Answer::cbor(told.clone())).on(
        GET_DATA,
        |call| {
            assert_eq!(call.body["MetricDataQueries"][0]["Expression"], "errors / requests");
            Answer::cbor(json!({ "MetricDataResults": [data("band", 0.1), data("rate", 0.5)] }))
        },
    );

    let (_aws, readings) = readings(script, &["odd"]).await;

    assert_eq!(readings, [kept("odd", 0.5)]);
}

#[tokio::test]
async fn a_composite_alarm_is_told_with_those_it_is_made_of() {
    let hurt = json!({
        "AlarmName": "hurt", "StateValue": "ALARM", "StateReason": "5xx transitioned to ALARM"
    });
    let script = Script::new()
        .on(DESCRIBE_ALARMS, move |call| {
            let children = call.body["ChildrenOfAlarmName"] == "hurt";
            Answer::cbor(match (children, call.body["AlarmNames"] == json!(["5xx"])) {
                (true, _) => json!({ "MetricAlarms": [
                    { "AlarmName": "5xx", "StateValue": "ALARM" },
                    { "AlarmName": "slow", "StateValue": "OK" },
                ]}),
                (_, true) => json!({ "MetricAlarms": [ringing("5xx")] }),
                _ => json!({ "CompositeAlarms": [hurt] }),
            })
        })
        .on(GET_DATA, |_| Answer::cbor(json!({ "MetricDataResults": [data("measured", 7.0)] })));

    let (aws, readings) = readings(script, &["hurt"]).await;

    assert_eq!((readings.len(), &readings[1]), (2, &kept("5xx", 7.0)));
    assert_eq!(readings[0].reason.as_str(), "5xx transitioned to ALARM");
    assert_eq!(readings[0].points, Part::Missing("it is made of other alarms".to_owned().into()));
    assert_eq!(aws.calls().len(), 4);
}

#[tokio::test]
async fn numbers_that_must_not_be_read_are_said_to_be_missing() {
    let script = Script::new()
        .on(DESCRIBE_ALARMS, |_| Answer::cbor(json!({ "MetricAlarms": [ringing("5xx")] })))
        .on(GET_DATA, |_| Answer::cbor_error(400, "AccessDenied", "Not so."));

    let (_aws, readings) = readings(script, &["5xx"]).await;

    let why = "could not read the metrics: AccessDenied: Not so.".to_owned();
    assert_eq!(readings[0].points, Part::Missing(why.into()));
}

#[tokio::test]
async fn without_names_nothing_is_asked() {
    let (aws, readings) = readings(Script::new(), &[]).await;

    assert_eq!((readings.len(), aws.calls().len()), (0, 0));
}
