//! What metrics come to.

use super::*;
use crate::metric::Point;
use serde_json::json;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(60 * minute).unwrap()
}

fn latency() -> Watched {
    serde_json::from_value(json!({
        "name": "latency", "at_most": 0.5,
        "metrics": { "latency": { "metric": "TargetResponseTime", "statistic": "average" } }
    }))
    .unwrap()
}

fn series(values: &[f64]) -> Series {
    let point = |(minute, value): (usize, &f64)| Point {
        at: at(i64::try_from(minute).unwrap()),
        value: *value,
    };
    Series::Complete(values.iter().enumerate().map(point).collect())
}

#[test]
fn a_limit_is_broken_for_some_minutes_before_green_is_taken_back() {
    for (values, says, measured) in [
        (&[0.9, 0.9, 0.4][..], Says::Pass, "0.4"),
        (&[0.4, 0.9], Says::Pending, "0.9, at most 0.5 is good"),
        (&[0.4, 0.9, 0.8], Says::Alarm, "0.8, at most 0.5 is good, and so for 2 minutes"),
        (&[0.4, f64::NAN], Says::Pending, "NaN, at most 0.5 is good"),
        (&[], Says::Pending, "no data"),
    ] {
        let found = latency().says(&series(values), at(3));
        assert_eq!(found, (says, measured.to_owned()), "{values:?}");
    }
    let old = latency().says(&series(&[0.4]), at(6));
    assert_eq!(old, (Says::Pending, "no data".into()), "what was is not what is");
    let parts = latency().says(&Series::Partial(vec![]), at(0));
    assert_eq!(parts.0, Says::Pending);
}

#[test]
fn every_sample_of_a_query_has_to_be_good() {
    let queried: Queried = serde_json::from_value(json!({
        "name": "carts", "url": "http://prometheus:9090", "at_most": 1.0,
        "query": "avg_over_time(lost_carts{revision=\"$revision\"}[5m])"
    }))
    .unwrap();

    for (samples, says, measured) in [
        (&[0.5][..], Says::Pass, "0.5"),
        (&[0.5, 0.7], Says::Pass, "2 samples are good"),
        (&[0.5, 1.5], Says::Alarm, "1.5, at most 1 is good"),
        (&[f64::NAN], Says::Pending, "no data: NaN"),
        (&[], Says::Pending, "no data"),
    ] {
        assert_eq!(queried.says(samples), (says, measured.to_owned()), "{samples:?}");
    }
    let green = "arn:aws:ecs:eu-west-1:1:task-definition/checkout:42".parse().unwrap();
    assert!(queried.about(&green).contains("revision=\"42\""));
}

#[test]
fn what_is_not_of_another_is_of_the_target_group_of_green() {
    let group = TargetGroup {
        arn: "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/green/6d0e".parse().unwrap(),
        load_balancer: Some("app/shop/50dc".into()),
    };

    let formula = latency().formula(std::slice::from_ref(&group));

    assert_eq!(formula.math, "latency");
    let query = &formula.of["latency"];
    assert_eq!(
        query.to_string(),
        "AWS/ApplicationELB/TargetResponseTime of app/shop/50dc, targetgroup/green/6d0e"
    );
}

#[test]
fn too_little_traffic_holds_or_passes_as_the_document_says_and_none_at_all_never_passes() {
    let count = |requests| Count { requests, errors: 0 };
    let few = [Period { blue: count(900), green: count(100) }];
    let none = [Period { blue: count(900), green: count(0) }];
    for (little_traffic, says) in
        [(LittleTraffic::Hold, Says::Pending), (LittleTraffic::Pass, Says::Pass)]
    {
        let comparison = Comparison { little_traffic, ..Comparison::default() };
        let (said, measured) = comparison.says(&few);
        assert_eq!(said, says);
        assert!(
            measured.starts_with("not enough traffic yet, 0.00% of 100 requests"),
            "{measured}"
        );
        assert_eq!(comparison.says(&none).0, Says::Pending);
    }
}
