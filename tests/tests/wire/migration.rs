//! Migrations, over the wire.

use std::time::Duration;

use domain::migration::Migrated;
use domain::outcome::End;
use domain::record::Entry;
use local::account::Fault;
use local::simulated::{Behaviour, Once};
use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{LONGEST, Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&GOOD, &LATE, &STOPPED, &UNTOLD];

static GOOD: Story = Story::new(|| Box::pin(good()));
static LATE: Story = Story::new(|| Box::pin(late()));
static STOPPED: Story = Story::new(|| Box::pin(stopped()));
static UNTOLD: Story = Story::new(|| Box::pin(untold()));

stories! {
    a_migration_runs_before_the_service_is_touched, GOOD;
    a_migration_that_does_not_end_is_stopped, LATE;
    a_migration_whose_execution_is_stopped_is_stopped_too, STOPPED;
    a_migration_that_nobody_told_of_is_looked_for, UNTOLD;
}

/// A stage whose service has a migration, which takes so long.
async fn stage(takes: u64, within: &str) -> Option<Stage> {
    let stage = Stage::set(|document| {
        document["migration"] = json!({ "command": ["./migrate", "up"], "within": within });
    })
    .await?;
    let once = Once { takes: Duration::from_secs(takes), ..Once::default() };
    stage.ecs.behave(&digest("v1.1.0"), Behaviour { once, ..Behaviour::default() });
    Some(stage)
}

fn migrated(record: &[Entry]) -> &Migrated {
    let found = record.iter().find_map(|entry| match entry {
        Entry::Migrated { migrated } => Some(&**migrated),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("it is not told of: {record:#?}"))
}

async fn good() -> Option<Calls> {
    let stage = stage(3, "1m").await?;
    stage.deliver(&stage.push("v1.1.0")).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    let migrated = migrated(&record);
    assert!(migrated.good && migrated.why.ends_with("1 migration applied"), "{migrated}");
    assert_eq!(stage.desk().await["migrated"][0]["digest"], digest("v1.1.0").as_str());
    Some(stage.calls().within(&Table::read()))
}

async fn late() -> Option<Calls> {
    let stage = stage(600, "3s").await?;
    stage.deliver(&stage.push("v1.1.0")).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Refused, "{}", outcome(&record).why);
    assert!(migrated(&record).why.contains("did not end within 3s"), "{}", migrated(&record));
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls().within(&Table::read()))
}

/// Stops the first deployment, and waits for its recovery.
async fn stop(stage: &Stage) -> Option<Vec<Entry>> {
    let deployments = stage.aws.executions("cutover-deployment").await;
    stage.aws.stop(deployments[0]["executionArn"].as_str()?).await;
    let recovered = stage.aws.ended("cutover-recovery", 1, LONGEST).await;
    assert_eq!(recovered[0]["status"], "SUCCEEDED", "{recovered:#?}");
    assert_eq!(stage.desk().await["lease"], Value::Null);
    let record = stage.record_of(&deployments[0]).await;
    assert_eq!(outcome(&record).end, End::Refused, "{}", outcome(&record).why);
    Some(record)
}

async fn stopped() -> Option<Calls> {
    let stage = stage(600, "15m").await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.enters("Await").await;

    let record = stop(&stage).await?;
    assert!(migrated(&record).why.starts_with("it was stopped"), "{}", migrated(&record));
    Some(stage.calls().within(&Table::read()))
}

async fn untold() -> Option<Calls> {
    let stage = stage(5, "15m").await?;
    let broken = |call: local::account::Call| call.name == "ecs.RunTask";
    stage.ecs.account.calls().disturb(move |call| broken(call).then_some(Fault::Before));
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.enters("Migrate").await;
    let name = stage.first().await;
    let registered = |entry: &Entry| matches!(entry, Entry::Registered { .. });
    let known = async || stage.record(&name).await.iter().any(registered).then_some(());
    stage.find("green's task definition", known).await;

    let record = stop(&stage).await?;
    assert!(!record.iter().any(|entry| matches!(entry, Entry::Migrating { .. })), "{record:#?}");
    Some(stage.calls())
}
