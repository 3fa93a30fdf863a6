//! What tasks printed.

use aws::CloudWatchLogs;
use domain::Failure;
use domain::excerpt::Excerpt;
use domain::preflight::LogGroup;
use domain::preserved::LogPlace;
use serde_json::{Value, json};
use workflow::ports::Logs;

use crate::support::{Answer, Aws, Script};

pub(crate) const GET_EVENTS: &str = "Logs_20140328.GetLogEvents";
const DESCRIBE_GROUPS: &str = "Logs_20140328.DescribeLogGroups";

fn place(region: Option<&str>) -> LogPlace {
    LogPlace {
        group: "/ecs/shop".into(),
        region: region.map(str::to_owned),
        prefix: "ecs".into(),
        container: "checkout".into(),
    }
}

/// A page of lines, and the token for the lines before it.
fn page(lines: &[&str], earlier: &str) -> Value {
    let events: Vec<Value> =
        lines.iter().map(|line| json!({ "message": line, "timestamp": 1 })).collect();
    json!({ "events": events, "nextBackwardToken": earlier, "nextForwardToken": "f/1" })
}

async fn read(script: Script) -> (Aws, Result<Vec<String>, Failure>) {
    let aws = script.play().await;
    let lines = CloudWatchLogs::new(&aws.config()).last_lines(&place(None), "0a1b", 20).await;
    (aws, lines.map(|lines| lines.iter().map(Excerpt::to_string).collect()))
}

#[tokio::test]
async fn the_last_lines_of_a_task_are_read_from_the_stream_that_it_has() {
    let script = Script::new().on(GET_EVENTS, |_| {
        Answer::json(page(&["listening", "panicked, password=hunter2"], "b/1"))
    });

    let (aws, lines) = read(script).await;

    let expected = ["listening", "panicked, password=[redacted]"].map(str::to_owned);
    assert_eq!(lines, Ok(expected.to_vec()));
    let asked = json!({
        "logGroupName": "/ecs/shop", "logStreamName": "ecs/checkout/0a1b", "limit": 20,
        "startFromHead": false,
    });
    assert_eq!(aws.only_call().body, asked);
}

#[tokio::test]
async fn a_page_without_lines_leads_to_the_one_before_it() {
    let script = Script::new().on(GET_EVENTS, |call| {
        Answer::json(match call.body["nextToken"].as_str() {
            None => page(&[], "b/2"),
            Some("b/2") => page(&["listening"], "b/3"),
            other => panic!("no page was called {other:?}"),
        })
    });

    let (aws, lines) = read(script).await;

    assert_eq!(lines, Ok(vec!["listening".to_owned()]));
    assert_eq!(aws.calls().len(), 2);
}

#[tokio::test]
async fn a_stream_in_which_nothing_stands_has_no_lines() {
    for (pages, calls) in [
        (vec![page(&[], "b/1"), page(&[], "b/1")], 2),
        (vec![json!({ "events": [] })], 1),
        (vec![page(&[], "b/1"), page(&[], "b/2"), page(&[], "b/3"), page(&["late"], "b/4")], 3),
    ] {
        let pages: Vec<Answer> = pages.into_iter().map(Answer::json).collect();

        let (aws, lines) = read(Script::new().turns(GET_EVENTS, pages)).await;

        assert_eq!(lines, Ok(vec![]));
        assert_eq!(aws.calls().len(), calls);
    }
}

#[tokio::test]
async fn a_log_of_another_region_is_asked_for_there() {
    let aws = Script::new().on(GET_EVENTS, |_| Answer::json(page(&["one"], "b/1"))).play().await;
    let logs = CloudWatchLogs::new(&aws.config());

    for (region, signed) in [(Some("us-west-2"), "us-west-2"), (None, "eu-central-1")] {
        logs.last_lines(&place(region), "0a1b", 20).await.expect("a line");
        let call = aws.calls().pop().expect("it was asked");
        let signature = call.headers["authorization"].to_str().expect("a text");
        assert!(signature.contains(&format!("/{signed}/logs/")), "{signature}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_told_with_the_reason() {
    for (status, code, name, tries) in [
        (400, "ResourceNotFoundException", "Refused", 1),
        (400, "AccessDeniedException", "Refused", 1),
        (400, "ThrottlingException", "Unavailable", 3),
        (500, "ServiceUnavailableException", "Unavailable", 3),
    ] {
        let script =
            Script::new().on(GET_EVENTS, move |_| Answer::json_error(status, code, "Not so."));

        let (aws, lines) = read(script).await;

        let failure = lines.expect_err("it cannot be read");
        let said = format!(
            "could not read the stream ecs/checkout/0a1b of the log /ecs/shop: {code}: Not so."
        );
        assert_eq!((failure.name(), failure.to_string()), (name, said));
        assert_eq!(aws.calls().len(), tries, "{code}");
    }
}

#[tokio::test]
async fn a_log_group_is_there_if_one_is_called_just_so() {
    let group = |region: Option<&str>| LogGroup {
        name: "/ecs/shop".into(),
        region: region.map(str::to_owned),
    };
    for (told, there) in [
        (json!([{ "logGroupName": "/ecs/shop" }]), true),
        (json!([{ "logGroupName": "/ecs/shop-old" }]), false),
        (json!([]), false),
    ] {
        let answer = Answer::json(json!({ "logGroups": told }));
        let aws = Script::new().on(DESCRIBE_GROUPS, move |_| answer.clone()).play().await;
        let logs = CloudWatchLogs::new(&aws.config());

        assert_eq!(logs.has_group(&group(Some("us-west-2"))).await, Ok(there), "{told}");

        let call = aws.only_call();
        assert_eq!(call.body, json!({ "logGroupNamePrefix": "/ecs/shop", "limit": 1 }));
        let signature = call.headers["authorization"].to_str().expect("a text");
        assert!(signature.contains("/us-west-2/logs/"), "{signature}");
    }
    let denied = |_: &_| Answer::json_error(400, "AccessDeniedException", "Not so.");
    let aws = Script::new().on(DESCRIBE_GROUPS, denied).play().await;
    let failure = CloudWatchLogs::new(&aws.config()).has_group(&group(None)).await;
    let said = "could not look for the log group /ecs/shop: logs:DescribeLogGroups is not allowed";
    assert_eq!(failure.expect_err("it is denied").to_string(), said);
}
