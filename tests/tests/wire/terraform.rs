//! A state of Terraform, read by the function and compared.

use std::sync::Arc;

use domain::outcome::End;
use local::databases::SimulatedReplica;
use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{LONGEST, Stage};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&SEEN, &MOVED];

static SEEN: Story = Story::new(|| Box::pin(seen()));
static MOVED: Story = Story::new(|| Box::pin(moved()));

stories! {
    a_state_is_read_and_remembered_without_its_secrets, SEEN;
    replicas_are_asked_where_they_moved_and_who_waits_hears_what_a_person_accepts, MOVED;
}

async fn seen() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["terraform"] = json!({
            "bucket": "acme-state", "key": "shop/terraform.tfstate", "outputs": ["replica"]
        });
    })
    .await?;
    let state = json!({
        "version": 4, "serial": 3, "lineage": "3f2a", "resources": [],
        "outputs": {
            "replica": { "value": "orders-replica" },
            "password": { "value": "hunter2", "sensitive": true }
        }
    });
    stage.aws.bucket("acme-state", "shop/terraform.tfstate", &state).await;

    let written = json!({
        "bucket": { "name": "acme-state" }, "object": { "key": "shop/terraform.tfstate.tflock" }
    });
    stage.aws.execute("cutover-terraform", "unlocked", &written).await;

    let ended = stage.aws.ended("cutover-terraform", 1, LONGEST).await;
    assert_eq!(ended[0]["status"], "SUCCEEDED", "{ended:#?}");
    let output: Value = serde_json::from_str(ended[0]["output"].as_str()?).ok()?;
    assert_eq!(output["compared"]["frozen"], json!([]), "{output}");
    let desk = stage.desk().await;
    assert_eq!(desk["terraform"]["seen"]["serial"], 3, "{desk}");
    assert!(!desk.to_string().contains("hunter2") && !desk.to_string().contains("orders-replica"));
    Some(stage.calls().within(&Table::read()))
}

/// Another replica; then a listener that is gone, and another one that a person accepts.
async fn moved() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["terraform"] = json!({
            "bucket": "acme-state", "key": "shop/terraform.tfstate", "outputs": ["replica"],
            "resources": ["aws_lb_listener.production"]
        });
        document["checks"]["replicas"] = json!({ "instances": ["orders-replica"], "within": "1m" });
    })
    .await?;
    let replica = SimulatedReplica::new("orders-replica", |_| None);
    stage.ecs.account.database("orders-replica", Arc::new(replica));
    stage.aws.lag("ReplicaLag", "orders-replica", 2.0).await;

    let ended = applied(&stage, 1, "orders-1", Some("listener-1")).await;
    assert_eq!(ended["replicas"], json!([]), "{ended}");
    let ended = applied(&stage, 2, "orders-2", Some("listener-1")).await;
    assert_eq!(ended["replicas"][0]["end"], "Healthy", "{ended}");
    let ended = applied(&stage, 3, "orders-2", None).await;
    assert_eq!(ended["compared"]["frozen"], json!(["checkout"]), "{ended}");

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.waits("v1.1.0").await;
    write(&stage, 4, "orders-2", Some("listener-2")).await;
    let accepts = json!({ "service": "checkout", "accept": "there is a new listener" });
    stage.aws.execute("cutover-terraform", "accepted", &accepts).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    // A person's word is read with one document, which the table leaves out.
    Some(stage.calls())
}

/// What comes of an apply.
async fn applied(stage: &Stage, serial: u64, replica: &str, listener: Option<&str>) -> Value {
    write(stage, serial, replica, listener).await;
    let written = json!({
        "bucket": { "name": "acme-state" }, "object": { "key": "shop/terraform.tfstate" }
    });
    let name = format!("applied-{serial}");
    stage.aws.execute("cutover-terraform", &name, &written).await;
    let expected = usize::try_from(serial).expect("a small number");
    let ended = stage.aws.ended("cutover-terraform", expected, LONGEST).await;
    let of = |it: &&Value| it["executionArn"].as_str().is_some_and(|arn| arn.ends_with(&name));
    let ended = ended.iter().find(of).expect("it ended");
    let output = ended["output"].as_str().unwrap_or_else(|| panic!("{ended:#}"));
    serde_json::from_str(output).expect("JSON")
}

async fn write(stage: &Stage, serial: u64, replica: &str, listener: Option<&str>) {
    let listener = listener.map(|id| {
        json!({
            "mode": "managed", "type": "aws_lb_listener", "name": "production",
            "instances": [{ "attributes": { "id": id } }]
        })
    });
    let state = json!({
        "version": 4, "serial": serial, "lineage": "3f2a",
        "outputs": { "replica": { "value": replica } },
        "resources": listener.into_iter().collect::<Vec<_>>()
    });
    match serial {
        1 => stage.aws.bucket("acme-state", "shop/terraform.tfstate", &state).await,
        _ => stage.aws.object("acme-state", "shop/terraform.tfstate", &state).await,
    }
}
