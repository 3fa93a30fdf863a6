//! What metrics were.

use std::collections::BTreeMap;

use aws::CloudWatch;
use domain::metric::{Formula, Point, Query, Series, Statistic};
use domain::replica::LagMetric;
use domain::seconds::Seconds;
use domain::strategy::Percent;
use jiff::Timestamp;
use serde_json::{Value, json};
use workflow::ports::Metrics;

use crate::support::{Answer, Aws, Script, epoch};

const GET_METRIC_DATA: &str = "GraniteServiceVersion20100801.GetMetricData";

fn lag(instance: &str) -> Query {
    LagMetric::ReplicaLag.query(instance, Seconds::minutes(1))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a moment")
}

fn point(second: i64, value: f64) -> Point {
    Point { at: at(second), value }
}

fn result(id: &str, status: &str, points: &[(f64, f64)]) -> Value {
    let times: Vec<Value> = points.iter().map(|(at, _)| epoch(*at)).collect();
    let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    json!({ "Id": id, "StatusCode": status, "Timestamps": times, "Values": values })
}

fn page(results: &[Value], next: Option<&str>) -> Answer {
    let mut page = json!({ "MetricDataResults": results });
    if let Some(next) = next {
        page["NextToken"] = next.into();
    }
    Answer::cbor(page)
}

async fn play(script: Script) -> (Aws, CloudWatch) {
    let aws = script.play().await;
    let cloudwatch = CloudWatch::new(&aws.config());
    (aws, cloudwatch)
}

/// What the only query becomes when this is told of it.
async fn told(result: Value) -> Result<Series, domain::Failure> {
    let (_aws, cloudwatch) =
        play(Script::new().on(GET_METRIC_DATA, move |_| page(std::slice::from_ref(&result), None)))
            .await;
    let series = cloudwatch.series(&[lag("shop-2")], at(0), at(600)).await?;
    Ok(series.into_iter().next().expect("one was asked for"))
}

#[tokio::test]
async fn every_query_is_asked_with_its_dimensions_its_statistic_and_the_window() {
    let answer = page(&[result("q1", "Complete", &[]), result("q0", "Complete", &[])], None);
    let (aws, cloudwatch) = play(Script::new().on(GET_METRIC_DATA, move |_| answer.clone())).await;
    let latency = Query {
        namespace: "AWS/ApplicationELB".into(),
        name: "TargetResponseTime".into(),
        dimensions: BTreeMap::from([
            ("LoadBalancer".into(), "app/shop/1".into()),
            ("TargetGroup".into(), "targetgroup/green/1".into()),
        ]),
        statistic: Statistic::Percentile(Percent::new(99.9).expect("a share")),
        period: Seconds(60),
    };

    let series = cloudwatch.series(&[latency, lag("shop-2")], at(0), at(600)).await;

    assert_eq!(series, Ok(vec![Series::NoData, Series::NoData]));
    let expected = json!({
        "MetricDataQueries": [
            { "Id": "q0", "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApplicationELB", "MetricName": "TargetResponseTime",
                    "Dimensions": [
                        { "Name": "LoadBalancer", "Value": "app/shop/1" },
                        { "Name": "TargetGroup", "Value": "targetgroup/green/1" },
                    ],
                },
                "Period": 60, "Stat": "p99.9",
            } },
            { "Id": "q1", "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/RDS", "MetricName": "ReplicaLag",
                    "Dimensions": [{ "Name": "DBInstanceIdentifier", "Value": "shop-2" }],
                },
                "Period": 60, "Stat": "Maximum",
            } },
        ],
        "StartTime": 0.0, "EndTime": 600.0, "ScanBy": "TimestampAscending",
    });
    assert_eq!(aws.only_call().body, expected);
}

#[tokio::test]
async fn statistics_are_called_as_cloudwatch_calls_them() {
    let percent = |percent| Statistic::Percentile(Percent::new(percent).expect("a share"));
    for (statistic, called) in [
        (Statistic::Average, "Average"),
        (Statistic::Sum, "Sum"),
        (Statistic::Minimum, "Minimum"),
        (Statistic::Maximum, "Maximum"),
        (Statistic::SampleCount, "SampleCount"),
        (percent(50.0), "p50"),
        (percent(99.9), "p99.9"),
    ] {
        let script =
            Script::new().on(GET_METRIC_DATA, |_| page(&[result("q0", "Complete", &[])], None));
        let (aws, cloudwatch) = play(script).await;
        let query = Query { statistic, ..lag("shop-2") };

        cloudwatch.series(&[query], at(0), at(600)).await.expect("it is told");

        let asked = &aws.only_call().body["MetricDataQueries"][0]["MetricStat"]["Stat"];
        assert_eq!(asked, called);
    }
}

#[tokio::test]
async fn no_data_some_data_and_all_data_are_three_things() {
    let points = [(60.0, 1.5), (120.0, -1.0)];
    let read = vec![point(60, 1.5), point(120, -1.0)];
    for (result, series) in [
        (result("q0", "Complete", &points), Series::Complete(read.clone())),
        (result("q0", "PartialData", &points), Series::Partial(read.clone())),
        // Careful: what is not said to be complete is not.
        (result("q0", "A_CODE_OF_TOMORROW", &points), Series::Partial(read)),
        (result("q0", "Complete", &[]), Series::NoData),
        (result("q0", "PartialData", &[]), Series::Partial(vec![])),
    ] {
        assert_eq!(told(result.clone()).await, Ok(series), "{result}");
    }
}

#[tokio::test]
async fn a_metric_that_cannot_be_read_is_said_by_name() {
    for (result, name, said) in [
        (result("q0", "Forbidden", &[]), "Refused", "CloudWatch does not let us read"),
        (result("q0", "InternalError", &[]), "Unavailable", "CloudWatch could not read"),
        (result("q7", "Complete", &[]), "Unavailable", "CloudWatch did not answer for"),
    ] {
        let failure = told(result).await.expect_err("it is not told");

        let said = format!("{said} AWS/RDS/ReplicaLag of shop-2");
        assert_eq!((failure.name(), failure.to_string()), (name, said));
    }
}

#[tokio::test]
async fn values_without_moments_are_not_believed() {
    let mut crooked = result("q0", "Complete", &[(60.0, 1.0)]);
    crooked["Values"] = json!([1.0, 2.0]);

    let failure = told(crooked).await.expect_err("it cannot be");

    let said = "CloudWatch told 2 values at 1 moments";
    assert_eq!((failure.name(), failure.to_string().as_str()), ("Unavailable", said));
}

#[tokio::test]
async fn pages_are_put_together_and_the_last_one_says_whether_it_is_all() {
    for (last, whole) in [("Complete", true), ("PartialData", false)] {
        let script =
            Script::new().on(GET_METRIC_DATA, move |call| match call.body["NextToken"].as_str() {
                None => page(&[result("q0", "PartialData", &[(60.0, 1.0)])], Some("more")),
                Some("more") => page(&[result("q0", last, &[(120.0, 2.0)])], None),
                other => panic!("no page was called {other:?}"),
            });
        let (_aws, cloudwatch) = play(script).await;

        let series = cloudwatch.series(&[lag("shop-2")], at(0), at(600)).await;

        let points = vec![point(60, 1.0), point(120, 2.0)];
        let expected = if whole { Series::Complete(points) } else { Series::Partial(points) };
        assert_eq!(series, Ok(vec![expected]));
    }
}

#[tokio::test]
async fn five_hundred_queries_are_asked_at_once_and_none_are_not_asked() {
    let script = Script::new().on(GET_METRIC_DATA, |call| {
        let queries = call.body["MetricDataQueries"].as_array().expect("queries").clone();
        let results = queries.iter().map(|query| {
            let instance = &query["MetricStat"]["Metric"]["Dimensions"][0]["Value"];
            let number = instance.as_str().and_then(|it| it.parse().ok()).expect("a number");
            result(query["Id"].as_str().expect("an id"), "Complete", &[(60.0, number)])
        });
        page(&results.collect::<Vec<_>>(), None)
    });
    let (aws, cloudwatch) = play(script).await;
    let queries: Vec<Query> = (0..501).map(|number| lag(&number.to_string())).collect();

    let series = cloudwatch.series(&queries, at(0), at(600)).await.expect("they are told");

    assert_eq!(aws.calls().len(), 2);
    let values = series.iter().map(|series| series.newest().map(|point| point.value));
    let expected = (0..501).map(|number| Some(f64::from(number)));
    assert!(values.eq(expected), "each has its own value, in the same order");
    assert_eq!(cloudwatch.series(&[], at(0), at(600)).await, Ok(vec![]));
    assert_eq!(aws.calls().len(), 2);
}

#[tokio::test]
async fn a_formula_is_computed_of_metrics_that_are_not_told() {
    let answer = page(&[result("computed_by_cutover", "Complete", &[(60.0, 2.5)])], None);
    let (aws, cloudwatch) = play(Script::new().on(GET_METRIC_DATA, move |_| answer.clone())).await;
    let of = [("slow", lag("shop-2")), ("slower", lag("shop-3"))];
    let of = of.map(|(id, query)| (id.to_owned(), query)).into();
    let formula = Formula { math: "slower / slow".into(), of };

    let series = cloudwatch.computed(&[formula], at(0), at(600)).await;

    assert_eq!(series, Ok(vec![Series::Complete(vec![point(60, 2.5)])]));
    let queries = aws.only_call().body["MetricDataQueries"].clone();
    let asked: Vec<_> = queries.as_array().expect("a list").iter().collect();
    assert_eq!((&asked[0]["Id"], &asked[0]["ReturnData"]), (&json!("slow"), &json!(false)));
    assert_eq!(asked[2], &json!({ "Id": "computed_by_cutover", "Expression": "slower / slow" }));
}
