//! A state of Terraform, read by the function and compared.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use domain::outcome::End;
use local::databases::SimulatedReplica;
use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::rooms::{SIGNED, TOKEN};
use crate::stage::{HCP_SIGNING, LONGEST, Stage};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&SEEN, &APPLIED, &MOVED, &RUN];

static SEEN: Story = Story::new(|| Box::pin(seen()));
static APPLIED: Story = Story::new(|| Box::pin(applied()));
static MOVED: Story = Story::new(|| Box::pin(moved()));
static RUN: Story = Story::new(|| Box::pin(run()));

stories! {
    a_state_is_read_and_remembered_without_its_secrets, SEEN;
    what_terraform_applies_is_compared_by_the_events_of_its_state_and_lock, APPLIED;
    replicas_are_asked_where_they_moved_and_who_waits_hears_what_a_person_accepts, MOVED;
    a_run_of_hcp_terraform_is_compared_and_its_token_is_shown_to_nobody_else, RUN;
}

const BUCKET: &str = "acme-state";

/// What `checkout` stands on is in a state.
async fn stage() -> Option<Stage> {
    Stage::set(|document| {
        document["terraform"] = json!({
            "bucket": BUCKET, "key": "shop/terraform.tfstate", "outputs": ["replica"]
        });
    })
    .await
}

async fn seen() -> Option<Calls> {
    let stage = stage().await?;
    let state = json!({
        "version": 4, "serial": 3, "lineage": "3f2a", "resources": [],
        "outputs": {
            "replica": { "value": "orders-replica" },
            "password": { "value": "hunter2", "sensitive": true }
        }
    });
    stage.aws.bucket(BUCKET, "shop/terraform.tfstate", &state).await;

    let written = json!({
        "bucket": { "name": BUCKET }, "object": { "key": "shop/terraform.tfstate.tflock" }
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

/// A root without a provider, whose state is kept as `infra/examples` keeps theirs.
const ROOT: &str = r#"
terraform {
  backend "s3" {
    bucket       = "acme-state"
    key          = "shop/terraform.tfstate"
    use_lockfile = true

    # What an emulator needs besides.
    use_path_style              = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
  }
}

variable "replica" {}

resource "terraform_data" "replica" {
  input = var.replica
}

output "replica" {
  value = terraform_data.replica.output
}

output "password" {
  value     = "hunter2"
  sensitive = true
}
"#;

async fn applied() -> Option<Calls> {
    let stage = stage().await?;
    stage.aws.states(BUCKET).await;
    let root = stage.aws.folder().join("root");
    fs::create_dir(&root).expect("a folder");
    fs::write(root.join("main.tf"), ROOT).expect("a root");
    stage.aws.terraform(&root, &["init", "-input=false"]).await;

    // The lock comes, the state is written, the lock goes: an event each.
    apply(&stage, &root, "orders-replica").await;
    let first = told(&stage.aws.ended("cutover-terraform", 3, LONGEST).await);
    let before = stage.desk().await["terraform"]["seen"].clone();
    apply(&stage, &root, "orders-standby").await;
    let both = told(&stage.aws.ended("cutover-terraform", 6, LONGEST).await);
    let after = stage.desk().await["terraform"].clone();

    let changed = "checkout: the output replica changed";
    assert!(!first.iter().any(|it| it == changed), "{first:?}");
    assert_eq!(both.iter().filter(|it| *it == changed).count(), 1, "{both:?}");
    assert_eq!(before["lineage"], after["seen"]["lineage"], "{after}");
    assert!(before["serial"].as_u64() < after["seen"]["serial"].as_u64(), "{before} {after}");
    assert_eq!(after["lock"], Value::Null, "{after}");
    let kept = format!("{before} {after}");
    assert!(!["hunter2", "orders-"].iter().any(|it| kept.contains(it)), "{kept}");
    Some(stage.calls().within(&Table::read()))
}

async fn apply(stage: &Stage, root: &Path, replica: &str) {
    let replica = format!("-var=replica={replica}");
    stage.aws.terraform(root, &["apply", "-input=false", "-auto-approve", &replica]).await;
}

/// What was told of all services, by executions that all ended well.
fn told(executions: &[Value]) -> Vec<String> {
    let told = |execution: &Value| -> Vec<String> {
        assert_eq!(execution["status"], "SUCCEEDED", "{execution:#}");
        let output = execution["output"].as_str().expect("an output");
        let output: Value = serde_json::from_str(output).expect("JSON");
        serde_json::from_value(output["compared"]["told"].clone()).expect("sentences")
    };
    executions.iter().flat_map(told).collect()
}

/// Another replica; then a listener that is gone, and another one that a person accepts.
async fn moved() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["terraform"] = json!({
            "bucket": BUCKET, "key": "shop/terraform.tfstate", "outputs": ["replica"],
            "resources": ["aws_lb_listener.production"]
        });
        document["checks"]["replicas"] = json!({ "instances": ["orders-replica"], "within": "1m" });
    })
    .await?;
    let replica = SimulatedReplica::new("orders-replica", |_| None);
    stage.ecs.account.database("orders-replica", Arc::new(replica));
    stage.aws.lag("ReplicaLag", "orders-replica", 2.0).await;

    let ended = looked(&stage, 1, "orders-1", Some("listener-1")).await;
    assert_eq!(ended["replicas"], json!([]), "{ended}");
    let ended = looked(&stage, 2, "orders-2", Some("listener-1")).await;
    assert_eq!(ended["replicas"][0]["end"], "Healthy", "{ended}");
    let ended = looked(&stage, 3, "orders-2", None).await;
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

/// What comes of a state that is written, and looked at.
async fn looked(stage: &Stage, serial: u64, replica: &str, listener: Option<&str>) -> Value {
    write(stage, serial, replica, listener).await;
    let written = json!({
        "bucket": { "name": BUCKET }, "object": { "key": "shop/terraform.tfstate" }
    });
    let name = format!("looked-{serial}");
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
        1 => stage.aws.bucket(BUCKET, "shop/terraform.tfstate", &state).await,
        _ => stage.aws.object(BUCKET, "shop/terraform.tfstate", &state).await,
    }
}

/// A run that applies; what it holds meanwhile, and what it comes to.
async fn run() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["terraform"] =
            json!({ "organization": "acme", "workspace": "shop", "outputs": ["replica"] });
    })
    .await?;
    let state = |serial: u64, replica: &str| {
        let state = json!({
            "version": 4, "serial": serial, "lineage": "3f2a", "resources": [],
            "outputs": {
                "replica": { "value": replica },
                "password": { "value": "hunter2", "sensitive": true }
            }
        });
        Some(state.to_string().into_bytes())
    };

    assert_eq!(stage.notify(HCP_SIGNING, "verification", "").await, 200);
    assert_eq!(stage.notify("a guess", "run:completed", "applied").await, 401);
    assert_eq!(stage.notify(HCP_SIGNING, "run:completed", "planned_and_finished").await, 202);
    assert!(stage.hcp.asked().is_empty(), "nothing of it changes anything");

    let ended =
        async |executions: usize| stage.aws.ended("cutover-terraform", executions, LONGEST).await;
    stage.hcp.behave(|it| (it.state, it.run) = (state(1, "orders-1"), Some("applied")));
    assert_eq!(stage.notify(HCP_SIGNING, "run:completed", "applied").await, 202);
    ended(1).await;
    stage.hcp.behave(|it| it.run = Some("applying"));
    assert_eq!(stage.notify(HCP_SIGNING, "run:applying", "applying").await, 202);
    ended(2).await;
    let lock = stage.desk().await["terraform"]["lock"].clone();
    assert_eq!(lock["id"], "run-1", "{lock}");
    stage.hcp.behave(|it| (it.state, it.run) = (state(2, "orders-2"), Some("applied")));
    assert_eq!(stage.notify(HCP_SIGNING, "run:completed", "applied").await, 202);
    let told = told(&ended(3).await);

    assert!(told.iter().any(|it| it == "checkout: the output replica changed"), "{told:?}");
    let desk = stage.desk().await["terraform"].clone();
    assert_eq!((&desk["seen"]["serial"], &desk["lock"]), (&json!(2), &Value::Null), "{desk}");
    let kept = format!("{desk}{}", stage.aws.logged("cutover-compare"));
    let secrets = ["hunter2", "orders-", TOKEN, SIGNED, HCP_SIGNING];
    assert!(!secrets.iter().any(|it| kept.contains(it)), "{kept}");
    let elsewhere = stage.hcp.asked().into_iter().filter(|it| it.host != "api");
    assert!(elsewhere.clone().count() > 0 && elsewhere.clone().all(|it| it.shown.is_none()));
    Some(stage.calls().within(&Table::read()))
}
