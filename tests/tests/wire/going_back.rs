//! Going back by the rollback machine: in flight and after the end, by an alarm and by a person;
//! and what no event told of.

use std::time::Duration;

use domain::outcome::End;
use domain::record::Entry;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::emf;

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{LONGEST, Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&AFTER, &HELD, &SPARED, &PERSON, &SWEPT, &PRESSED];

static AFTER: Story = Story::new(|| Box::pin(after()));
static HELD: Story = Story::new(|| Box::pin(held()));
static SPARED: Story = Story::new(|| Box::pin(spared()));
static PERSON: Story = Story::new(|| Box::pin(person()));
static SWEPT: Story = Story::new(|| Box::pin(swept()));
static PRESSED: Story = Story::new(|| Box::pin(pressed()));

stories! {
    an_alarm_after_the_end_brings_the_last_good_release_back, AFTER;
    a_service_that_holds_is_left_for_a_person, HELD;
    who_is_spared_bakes_on, SPARED;
    a_person_goes_back_to_a_deployment_of_before, PERSON;
    a_lease_whose_execution_is_gone_is_swept_up, SWEPT;
    a_newer_push_takes_the_place_of_the_one_under_way, PRESSED;
}

async fn after() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.ended(1).await;
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    stage.push("v1.0.0");

    stage.ring().await;

    let deployments = stage.ended(2).await;
    let back = deployments
        .iter()
        .find(|it| it["input"].as_str().is_some_and(|it| it.contains("rollback")))?;
    let record = stage.record_of(back).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    let quarantined = stage.desk().await["quarantined"][0]["digest"].clone();
    assert_eq!(quarantined, digest("v1.1.0").as_str());
    is_measured(&stage.logged("conclude"));
    Some(stage.calls().within(&Table::read()))
}

/// What CloudWatch reads of a change that failed after its end.
fn is_measured(log: &str) {
    let measured = emf::extracted(log.lines());
    let value = |of: &str| measured.get(&format!("{of} Service=checkout")).copied();
    assert_eq!(value("Changes"), Some(1.0), "{measured:#?}");
    assert_eq!(value("ChangeFailures"), Some(1.0), "{measured:#?}");
    assert!(value("LeadTime").is_some_and(|it| it > 0.0), "{measured:#?}");
    assert!(value("TimeToRestore").is_some_and(|it| it > 0.0), "{measured:#?}");
    for (cause, end) in [("push", "Deployed"), ("rollback", "Deployed")] {
        let ended = format!("Deployments Service=checkout Cause={cause} End={end}");
        assert_eq!(measured.get(&ended), Some(&1.0), "{measured:#?}");
    }
}

async fn held() -> Option<Calls> {
    let stage = Stage::set(|document| document["on_failure"] = "hold".into()).await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    let first = stage.ended(1).await;

    stage.ring().await;

    let rollbacks = stage.aws.ended("cutover-rollback", 1, LONGEST).await;
    assert_eq!(rollbacks[0]["status"], "SUCCEEDED", "{rollbacks:#?}");
    let record = stage.record_of(&first[0]).await;
    let told = record.iter().find_map(|entry| match entry {
        Entry::Attributed { why } => Some(why.as_str()),
        _ => None,
    });
    assert!(told.is_some_and(|why| why.ends_with("a person must decide")), "{told:?}");
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    Some(stage.calls().within(&Table::read()))
}

async fn spared() -> Option<Calls> {
    let stage = Stage::set(|document| document["bake"] = "5m".into()).await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.bakes().await;
    let deployment = stage.first().await;
    let watched = json!({
        "service": "checkout", "deployment": deployment, "why": "catalog is newer", "spared": true
    });

    stage.aws.invoke("cutover-spare", &json!({ "watched": [watched] })).await;

    assert!(stage.desk().await["spared"].is_string());
    let record = stage.record(&deployment).await;
    assert!(record.iter().any(|it| it.to_string() == "catalog is newer"), "{record:?}");
    let wish = json!({ "service": "checkout", "by": "ada" });
    stage.aws.execute("cutover-rollback", "by-hand", &wish).await;
    let ended = stage.ended(1).await;
    assert_eq!(outcome(&stage.record_of(&ended[0]).await).end, End::RolledBack);
    assert_eq!(stage.desk().await["spared"], Value::Null);
    Some(stage.calls().within(&Table::read()))
}

async fn person() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    let first = stage.ended(1).await[0]["name"].as_str()?.to_owned();
    stage.deliver(&stage.push("v1.2.0")).await;
    stage.ended(2).await;

    let wish = json!({ "service": "checkout", "to": first, "by": "ada", "reason": "receipts" });
    stage.aws.execute("cutover-rollback", "by-hand", &wish).await;

    let rollbacks = stage.aws.ended("cutover-rollback", 1, LONGEST).await;
    assert_eq!(rollbacks[0]["status"], "SUCCEEDED", "{rollbacks:#?}");
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    Some(stage.calls().within(&Table::read()))
}

async fn swept() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    stage.aws.disable("default", "cutover-execution-ended").await;
    let starts_in = Duration::from_secs(600);
    stage.ecs.behave(&digest("v1.1.0"), Behaviour { starts_in, ..Behaviour::default() });
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.enters("Watch").await;
    let watched = async || stage.desk().await["watcher"].is_object().then_some(());
    stage.find("a watcher", watched).await;
    let deployments = stage.aws.executions("cutover-deployment").await;
    stage.aws.stop(deployments[0]["executionArn"].as_str()?).await;
    stage.expire().await;

    let swept = stage.aws.invoke("cutover-sweep", &json!({ "service": null })).await;

    assert_eq!(swept["recovered"], json!([deployments[0]["name"]]));
    let recovered = stage.aws.ended("cutover-recovery", 1, LONGEST).await;
    assert_eq!(recovered[0]["status"], "SUCCEEDED", "{recovered:#?}");
    let record = stage.record_of(&deployments[0]).await;
    assert_eq!(outcome(&record).end, End::RolledBack, "{}", outcome(&record).why);
    assert_eq!(stage.desk().await["lease"], Value::Null);
    Some(stage.calls().within(&Table::read()))
}

async fn pressed() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["bake"] = "5m".into();
        document["when_busy"] = "supersede".into();
    })
    .await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.bakes().await;
    let first = stage.first().await;

    stage.deliver(&stage.push("v1.2.0")).await;

    let ended = async || {
        let record = stage.record(&first).await;
        record.iter().any(|it| matches!(it, Entry::Ended { .. })).then_some(record)
    };
    let record = stage.find("the end of the first", ended).await;
    let first = outcome(&record);
    assert_eq!(first.end, End::RolledBack, "{}", first.why);
    assert!(first.why.starts_with("superseded by checkout v1.2.0"));
    Some(stage.calls().within(&Table::read()))
}
