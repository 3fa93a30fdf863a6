//! People who are told.

use domain::outcome::End;
use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{LONGEST, Stage};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&TOLD, &UNPLANNED];

static TOLD: Story = Story::new(|| Box::pin(told()));
static UNPLANNED: Story = Story::new(|| Box::pin(unplanned()));

stories! {
    a_deployment_is_told_in_slack_and_at_github_from_its_start_to_its_end, TOLD;
    what_was_never_planned_is_told_too, UNPLANNED;
}

/// What the message shows at last.
fn shown(heard: &[(String, Value)]) -> String {
    let messages = heard.iter().rev().filter(|(_, body)| body["thread_ts"].is_null());
    let newest = messages.map(|(_, body)| &body["blocks"][0]["text"]["text"]).next();
    newest.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Waits until everybody was told, and answers how the last execution that did so ended.
async fn everybody_knows(stage: &Stage, executions: usize) -> Value {
    let told = stage.aws.ended("cutover-notification", executions, LONGEST).await;
    let output = told[0]["output"].as_str().unwrap_or_else(|| panic!("{told:#?}"));
    serde_json::from_str(output).expect("JSON")
}

async fn told() -> Option<Calls> {
    let tell = json!({
        "slack": { "channel": "C0DEPLOYS" },
        "github": { "repository": "acme/checkout", "environment": "production" }
    });
    let stage = Stage::set(|document| document["tell"] = tell).await?;

    stage.deliver(&stage.push("v1.1.0")).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    // Started, progressed twice, ended.
    let output = everybody_knows(&stage, 4).await;
    let everywhere = ["slack", "mail", "github"].map(|by| json!({ "by": by, "told": true }));
    assert_eq!(output, json!(everywhere));
    let heard = stage.slack.heard();
    assert!(shown(&heard).starts_with("🟢 Deployed: checkout v1.1.0"), "{heard:#?}");
    let posted = heard
        .iter()
        .filter(|(method, body)| method == "chat.postMessage" && body["thread_ts"].is_null());
    assert_eq!(posted.count(), 2, "the first was one too many, the second is the message");
    let page = stage.forge.seen();
    let statuses: Vec<&str> = page.lines().skip(1).map(str::trim).collect();
    assert!(page.starts_with("production v1.1.0\n"), "{page}");
    assert!(statuses[0].starts_with("success     checkout v1.1.0"), "{page}");
    assert!(statuses[0].contains("/v2/executions/details/"), "{page}");
    assert!(statuses[1..].iter().all(|status| status.starts_with("in_progress ")), "{page}");
    assert!(stage.forge.refused().is_empty(), "{:?}", stage.forge.refused());
    Some(stage.calls().within(&Table::read()))
}

async fn unplanned() -> Option<Calls> {
    let tell = json!({ "slack": { "channel": "C0DEPLOYS" } });
    let stage = Stage::set(|document| document["tell"] = tell).await?;

    let ask = json!({ "service": "checkout", "tag": "v9.9.9" });
    stage.aws.execute("cutover-deployment", "checkout-unplanned", &ask).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Refused, "{}", outcome(&record).why);
    everybody_knows(&stage, 1).await;
    let heard = stage.slack.heard();
    assert_eq!(shown(&heard), "Refused: checkout v9.9.9");
    Some(stage.calls().within(&Table::read()))
}
