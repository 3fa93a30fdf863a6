//! People who act from Slack.

use std::time::Duration;

use domain::outcome::End;
use domain::record::Entry;
use local::simulated::{Behaviour, Once};
use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{LONGEST, Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&PRESSED, &THAWED, &STOPPED];

static PRESSED: Story = Story::new(|| Box::pin(pressed()));
static THAWED: Story = Story::new(|| Box::pin(thawed()));
static STOPPED: Story = Story::new(|| Box::pin(stopped()));

stories! {
    a_person_approves_by_a_button_and_goes_back_by_a_command, PRESSED;
    a_push_that_a_hotfix_went_past_is_told_when_a_person_thaws, THAWED;
    what_did_not_begin_is_stopped_by_a_command, STOPPED;
}

/// `cy` may do what these stories do.
async fn stage(change: impl FnOnce(&mut Value)) -> Option<Stage> {
    Stage::set(|document| {
        let may = ["approve", "roll_back", "freeze"];
        document["people"] = json!({ "U2CY": { "name": "cy", "may": may } });
        document["tell"] = json!({ "slack": { "channel": "C0DEPLOYS" } });
        change(document);
    })
    .await
}

async fn pressed() -> Option<Calls> {
    let stage = stage(|document| document["approval"] = json!({ "of": ["cy"] })).await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.press("U9EVE", "approve").await;
    let refused = stage.find("a refusal", async || stage.slack.replied()).await;
    assert!(refused.starts_with("checkout does not know you, ask cy"), "{refused}");

    stage.press("U2CY", "approve").await;

    let ended = stage.ended(1).await;
    let record = stage.record_of(&ended[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert!(
        record.iter().any(|entry| matches!(entry, Entry::Approved { word } if word.by == "cy"))
    );
    let all = stage.say("U2CY", "status").await;
    assert!(all.starts_with("checkout: v1.1.0 ("), "{all}");
    assert_eq!(stage.say("U2CY", "status checkout").await, all);
    let history = stage.say("U2CY", "history checkout").await;
    assert!(history.contains("checkout v1.1.0") && history.contains("Deployed"), "{history}");

    stage.push("v1.0.0");
    stage.say("U2CY", "rollback checkout receipts are wrong").await;
    stage.ended(2).await;
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls().within(&Table::read()))
}

async fn thawed() -> Option<Calls> {
    let stage = stage(|_| {}).await?;
    stage.say("U2CY", "freeze checkout 24h the fair").await;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.waits("v1.1.0").await;
    stage.push("v1.2.0");
    let hotfix = json!({
        "service": "checkout", "tag": "v1.2.0", "hotfix": true, "by": "ada", "reason": "receipts"
    });
    stage.aws.execute("cutover-deployment", "checkout-hotfix", &hotfix).await;
    let serves = async || (stage.serves() == Some(digest("v1.2.0"))).then_some(());
    stage.find("the hotfix", serves).await;
    let free = async || stage.desk().await["lease"].is_null().then_some(());
    stage.find("its end", free).await;

    stage.say("U2CY", "thaw checkout it is over").await;

    let mut ends = stage.ends(2).await;
    ends.sort();
    let expected = [("v1.1.0", End::Refused), ("v1.2.0", End::Deployed)];
    assert_eq!(ends, expected.map(|(tag, end)| (tag.to_owned(), end.to_string())));
    Some(stage.calls().within(&Table::read()))
}

async fn stopped() -> Option<Calls> {
    let stage = stage(|document| {
        document["migration"] = json!({ "command": ["./migrate", "up"], "within": "15m" });
    })
    .await?;
    let once = Once { takes: Duration::from_secs(600), ..Once::default() };
    stage.ecs.behave(&digest("v1.1.0"), Behaviour { once, ..Behaviour::default() });
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.enters("Await").await;

    stage.say("U2CY", "rollback checkout wait for the fair").await;

    let recovered = stage.aws.ended("cutover-recovery", 1, LONGEST).await;
    assert_eq!(recovered[0]["status"], "SUCCEEDED", "{recovered:#?}");
    let record = stage.record(&stage.first().await).await;
    assert_eq!(outcome(&record).end, End::Refused, "{}", outcome(&record).why);
    Some(stage.calls().within(&Table::read()))
}
