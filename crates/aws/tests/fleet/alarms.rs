//! How alarms stand.

use aws::CloudWatch;
use domain::evidence::{Alarm, AlarmState};
use jiff::Timestamp;
use serde_json::{Value, json};
use workflow::ports::Alarms;

use crate::support::{Answer, Aws, Script, epoch};

pub(crate) const DESCRIBE_ALARMS: &str = "GraniteServiceVersion20100801.DescribeAlarms";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn alarm(name: &str, state: &str, since: f64) -> Value {
    json!({
        "AlarmName": name, "StateValue": state, "StateTransitionedTimestamp": epoch(since),
        // It was looked at since then, and rang on.
        "StateUpdatedTimestamp": epoch(since + 500.0),
    })
}

/// What is told of an alarm that does not ring.
pub(crate) fn quiet(name: &str) -> Value {
    json!({ "MetricAlarms": [alarm(name, "OK", 1.0)] })
}

fn is(name: &str, state: AlarmState, since: i64) -> Alarm {
    Alarm { name: name.into(), state, since: Timestamp::from_second(since).expect("a moment") }
}

async fn play(script: Script) -> (Aws, CloudWatch) {
    let aws = script.play().await;
    let cloudwatch = CloudWatch::new(&aws.config());
    (aws, cloudwatch)
}

#[tokio::test]
async fn alarms_of_metrics_and_composite_ones_are_found_by_one_call() {
    let script = Script::new().on(DESCRIBE_ALARMS, |_| {
        Answer::cbor(json!({
            "MetricAlarms": [alarm("slow", "INSUFFICIENT_DATA", 30.0), alarm("5xx", "ALARM", 10.0)],
            "CompositeAlarms": [alarm("hurt", "OK", 20.0)],
        }))
    });
    let (aws, cloudwatch) = play(script).await;

    let states = cloudwatch.states(&names(&["5xx", "hurt", "slow"])).await;

    let expected = vec![
        is("5xx", AlarmState::Ringing, 10),
        is("hurt", AlarmState::Quiet, 20),
        is("slow", AlarmState::NoData, 30),
    ];
    assert_eq!(states, Ok(expected), "in the order in which they were asked for");
    let asked = json!({
        "AlarmNames": ["5xx", "hurt", "slow"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
        "MaxRecords": 100,
    });
    assert_eq!(aws.only_call().body, asked);
}

#[tokio::test]
async fn without_names_nothing_is_asked() {
    let (aws, cloudwatch) = play(Script::new()).await;

    assert_eq!(cloudwatch.states(&[]).await, Ok(vec![]));
    assert_eq!(aws.calls().len(), 0, "CloudWatch would tell every alarm of the account");
}

#[tokio::test]
async fn a_name_that_was_not_found_is_looked_for_among_alarms_on_logs_and_is_missing_then() {
    let script = Script::new().on(DESCRIBE_ALARMS, |call| {
        Answer::cbor(match call.body["AlarmTypes"] == json!(["LogAlarm"]) {
            true => json!({ "LogAlarms": [alarm("panics", "ALARM", 7.0)] }),
            false => quiet("5xx"),
        })
    });
    let (aws, cloudwatch) = play(script).await;

    let states = cloudwatch.states(&names(&["gone", "panics", "5xx"])).await;

    let expected = vec![
        is("gone", AlarmState::Missing, 0),
        is("panics", AlarmState::Ringing, 7),
        is("5xx", AlarmState::Quiet, 1),
    ];
    assert_eq!(states, Ok(expected));
    let asked: Vec<Value> =
        aws.calls().into_iter().map(|call| call.body["AlarmNames"].clone()).collect();
    assert_eq!(asked, [json!(["5xx", "gone", "panics"]), json!(["gone", "panics"])]);
}

#[tokio::test]
async fn a_hundred_names_are_asked_at_once_and_every_page_is_read() {
    let all: Vec<String> = (0..150).map(|number| format!("alarm-{number:03}")).collect();
    let script = Script::new().on(DESCRIBE_ALARMS, |call| {
        let asked = call.body["AlarmNames"].as_array().expect("names").clone();
        assert!(asked.len() <= 100, "CloudWatch takes no more");
        let half = asked.len() / 2;
        let (first, second) = asked.split_at(half);
        let (page, next) = match call.body["NextToken"].as_str() {
            None => (first, json!("more")),
            Some("more") => (second, Value::Null),
            other => panic!("no page was called {other:?}"),
        };
        let name = |name: &Value| name.as_str().expect("a name").to_owned();
        let alarms: Vec<Value> = page.iter().map(|it| alarm(&name(it), "OK", 1.0)).collect();
        let mut told = json!({ "MetricAlarms": alarms });
        if !next.is_null() {
            told["NextToken"] = next;
        }
        Answer::cbor(told)
    });
    let (aws, cloudwatch) = play(script).await;

    let states = cloudwatch.states(&all).await.expect("they are told");

    assert!(states.iter().all(|alarm| alarm.state == AlarmState::Quiet));
    assert_eq!(states.iter().map(|alarm| alarm.name.clone()).collect::<Vec<_>>(), all);
    assert_eq!(aws.calls().len(), 4);
}

#[tokio::test]
async fn a_name_that_is_asked_for_twice_is_asked_once_and_told_twice() {
    let (aws, cloudwatch) =
        play(Script::new().on(DESCRIBE_ALARMS, |_| Answer::cbor(quiet("5xx")))).await;

    let states = cloudwatch.states(&names(&["5xx", "5xx"])).await;

    assert_eq!(states, Ok(vec![is("5xx", AlarmState::Quiet, 1); 2]));
    assert_eq!(aws.only_call().body["AlarmNames"], json!(["5xx"]));
}

#[tokio::test]
async fn an_alarm_is_so_since_its_state_changed_and_not_since_it_was_looked_at() {
    for (moments, since) in [
        (
            json!({ "StateTransitionedTimestamp": epoch(10.0), "StateUpdatedTimestamp": epoch(99.0) }),
            10,
        ),
        (json!({ "StateUpdatedTimestamp": epoch(99.0) }), 99),
    ] {
        let mut told = moments;
        told["AlarmName"] = "5xx".into();
        told["StateValue"] = "ALARM".into();
        let answer = Answer::cbor(json!({ "CompositeAlarms": [told] }));
        let (_aws, cloudwatch) =
            play(Script::new().on(DESCRIBE_ALARMS, move |_| answer.clone())).await;

        let states = cloudwatch.states(&names(&["5xx"])).await;

        assert_eq!(states, Ok(vec![is("5xx", AlarmState::Ringing, since)]));
    }
}

#[tokio::test]
async fn a_state_or_a_moment_that_cannot_be_read_is_said() {
    for (told, said) in [
        (
            alarm("5xx", "SNOOZED", 1.0),
            "CloudWatch tells the state SNOOZED of the alarm 5xx, which this version of Cutover does not know",
        ),
        (
            json!({ "AlarmName": "5xx", "StateTransitionedTimestamp": epoch(1.0) }),
            "CloudWatch tells the state (none) of the alarm 5xx, which this version of Cutover does not know",
        ),
        (
            json!({ "AlarmName": "5xx", "StateValue": "OK" }),
            "CloudWatch did not tell since when the alarm 5xx is so",
        ),
    ] {
        let answer = Answer::cbor(json!({ "MetricAlarms": [told] }));
        let (_aws, cloudwatch) =
            play(Script::new().on(DESCRIBE_ALARMS, move |_| answer.clone())).await;

        let failure = cloudwatch.states(&names(&["5xx"])).await.expect_err("it is not known");

        assert_eq!((failure.name(), failure.to_string().as_str()), ("Unavailable", said));
    }
}
