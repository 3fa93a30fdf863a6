//! Deployments that are taken back.

use std::time::Duration;

use domain::outcome::End;
use domain::preserved::Preserved;
use domain::record::Entry;
use domain::verdict::Decision;
use local::simulated::{Behaviour, Smoke};
use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{ALERT_TOKEN, LONGEST, Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&SMOKE, &EARLY, &ALARM, &ALERT, &STOPPED];

static SMOKE: Story = Story::new(|| Box::pin(smoke()));
static EARLY: Story = Story::new(|| Box::pin(early()));
static ALARM: Story = Story::new(|| Box::pin(alarm()));
static ALERT: Story = Story::new(|| Box::pin(alert()));
static STOPPED: Story = Story::new(|| Box::pin(stopped()));

stories! {
    green_that_answers_badly_gets_no_traffic, SMOKE;
    an_alarm_that_rings_while_green_starts_stops_the_rollout, EARLY;
    an_alarm_that_rings_while_green_is_watched_takes_it_back, ALARM;
    an_alert_that_fires_while_green_is_watched_takes_it_back, ALERT;
    a_deployment_that_a_person_stops_is_taken_back_by_its_recovery, STOPPED;
}

async fn smoke() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    let bad = Smoke { status: 500, ..Smoke::default() };
    stage.ecs.behave(&digest("v1.1.0"), Behaviour { smoke: bad, ..Behaviour::default() });

    stage.deliver(&stage.push("v1.1.0")).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::RolledBack, "{}", outcome(&record).why);
    assert!(outcome(&record).why.contains("500"), "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    let shares = record.iter().filter_map(|entry| match entry {
        Entry::Judged { verdict } => Some(verdict.share),
        _ => None,
    });
    assert!(shares.into_iter().all(|share| share == 0.0), "{record:#?}");
    let releases = stage.aws.ended("cutover-release", 1, LONGEST).await;
    let output: Value = serde_json::from_str(releases[0]["output"].as_str()?).ok()?;
    assert_eq!(output["end"], "Held", "{output}");
    Some(stage.calls().within(&Table::read()))
}

/// The rollback machine and the deployment write into one record at the same time, so some writes
/// are tried again, and the calls are not counted.
async fn early() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    let starts_in = Duration::from_secs(60);
    stage.ecs.behave(&digest("v1.1.0"), Behaviour { starts_in, ..Behaviour::default() });

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.enters("Watch").await;
    let watched = async || stage.desk().await["watcher"].is_object().then_some(());
    stage.find("a watcher", watched).await;
    stage.ring().await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::RolledBack, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls())
}

/// The same holds here.
async fn alarm() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["bake"] = "5m".into();
        document["checks"]["metrics"] = json!([{ "compare": {} }]);
    })
    .await?;

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.bakes().await;
    stage.ring().await;

    let ended = stage.ended(1).await;
    // The rollback machine keeps it, and may come after the end.
    let kept = async || {
        let record = stage.record_of(&ended[0]).await;
        record.iter().any(|it| matches!(it, Entry::Preserved { .. })).then_some(record)
    };
    let record = stage.find("the evidence", kept).await;
    assert_eq!(outcome(&record).end, End::RolledBack, "{}", outcome(&record).why);
    assert!(outcome(&record).why.contains("checkout-errors"), "{}", outcome(&record).why);
    let no_data = |entry: &Entry| match entry {
        Entry::Judged { verdict } => verdict.why.starts_with("errors against blue: no data"),
        _ => false,
    };
    assert!(record.iter().any(no_data), "CloudWatch was asked, and knows of no requests");
    let evidence = evidence(&record);
    let tasks = evidence.tasks.kept().expect("ECS was asked");
    assert_eq!(tasks.told.len(), 2, "{evidence}");
    let logs = evidence.logs.kept().expect("they are named by the task definition");
    for log in logs {
        let lines = log.lines.kept().expect("green printed something");
        assert_eq!(lines[0].as_str(), "listening on port 8080", "{evidence}");
    }
    assert_eq!(logs.len(), 2, "{evidence}");
    assert!(evidence.targets.kept().is_some(), "{evidence}");
    let alarms = evidence.alarms.kept().expect("CloudWatch was asked");
    assert_eq!(alarms[0].alarm, "checkout-errors", "{evidence}");
    assert_eq!(alarms[0].reason.as_str(), "the test says so", "{evidence}");
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls())
}

/// The alert is heeded while the rollback machine works, so what is written is written again here too.
async fn alert() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["bake"] = "5m".into();
        document["checks"]["alerts"] = json!([{ "name": "Errors" }]);
    })
    .await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.bakes().await;
    let alerts = json!([{
        "status": "firing",
        "labels": { "alertname": "Errors" },
        "startsAt": jiff::Timestamp::now(),
        "fingerprint": "b2f1a7c3d9e04856"
    }]);

    assert_eq!(stage.alert("a guess", &alerts).await, 401);
    assert_eq!(stage.alert(ALERT_TOKEN, &alerts).await, 202);

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::RolledBack, "{}", outcome(&record).why);
    assert!(outcome(&record).why.starts_with("alert Errors rings"), "{}", outcome(&record).why);
    let heeded = async || stage.desk().await["alerts"][0]["alert"]["name"].as_str().map(drop);
    stage.find("the alert on the desk", heeded).await;
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls())
}

/// What was kept of green.
fn evidence(record: &[Entry]) -> &Preserved {
    let kept = record.iter().find_map(|entry| match entry {
        Entry::Preserved { evidence } => Some(&**evidence),
        _ => None,
    });
    kept.unwrap_or_else(|| panic!("nothing was kept: {record:#?}"))
}

async fn stopped() -> Option<Calls> {
    let stage = Stage::set(|document| document["bake"] = "5m".into()).await?;

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.bakes().await;
    let deployments = stage.aws.executions("cutover-deployment").await;
    stage.aws.stop(deployments[0]["executionArn"].as_str()?).await;

    let recovered = stage.aws.ended("cutover-recovery", 1, LONGEST).await;
    assert_eq!(recovered[0]["status"], "SUCCEEDED", "{recovered:#?}");
    assert_eq!(stage.ended(1).await[0]["status"], "ABORTED");
    let record = stage.record_of(&deployments[0]).await;
    assert_eq!(outcome(&record).end, End::RolledBack, "{}", outcome(&record).why);
    let taken_back = |entry: &Entry| matches!(entry, Entry::Judged { verdict } if verdict.decision == Decision::TakeBack);
    assert!(!record.iter().any(taken_back), "nobody judged it: {record:#?}");
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    assert_eq!(stage.desk().await["lease"], Value::Null);
    Some(stage.calls().within(&Table::read()))
}
