//! People who are asked, and answer.

use domain::outcome::End;
use domain::record::Entry;
use serde_json::json;

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::Stage;
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&APPROVED];

static APPROVED: Story = Story::new(|| Box::pin(approved()));

stories! {
    a_person_approves_and_the_deployment_goes_on, APPROVED;
}

async fn approved() -> Option<Calls> {
    let stage = Stage::set(|document| document["approval"] = json!({ "of": ["cy"] })).await?;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.enters("Watch").await;
    let asks = async || {
        let asks = stage.desk().await["watcher"]["asks"].clone();
        asks.is_object().then_some(asks)
    };
    let asks = stage.find("a question", asks).await;
    assert_eq!(asks["why"], "waits for 1 more to approve of cy");

    stage.aws.invoke("cutover-approve", &json!({ "service": "checkout", "by": "cy" })).await;

    let ended = stage.ended(1).await;
    let record = stage.record_of(&ended[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert!(
        record.iter().any(|entry| matches!(entry, Entry::Approved { word } if word.by == "cy"))
    );
    Some(stage.calls().within(&Table::read()))
}
