//! A state of Terraform, read by the function and compared.

use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::stage::{LONGEST, Stage};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&SEEN];

static SEEN: Story = Story::new(|| Box::pin(seen()));

stories! {
    a_state_is_read_and_remembered_without_its_secrets, SEEN;
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
