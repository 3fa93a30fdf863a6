//! From a webhook to an end, over the wire.

use domain::outcome::End;
use local::simulated::Behaviour;
use serde_json::Value;

use crate::calls::{Calls, Table};
use crate::record::{kinds, outcome};
use crate::stage::{Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&PUSH, &TWICE, &FORGED];

static PUSH: Story = Story::new(|| Box::pin(push()));
static TWICE: Story = Story::new(|| Box::pin(twice()));
static FORGED: Story = Story::new(|| Box::pin(forged()));

stories! {
    a_signed_push_is_deployed_as_it_is_in_process, PUSH;
    everything_that_is_told_twice_is_done_once, TWICE;
    a_push_that_github_did_not_sign_starts_nothing, FORGED;
}

async fn push() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    let push = stage.push("v1.1.0");

    stage.deliver(&push).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    assert_eq!(kinds(&record), in_process(&stage).await);
    let releases = stage.aws.ended("cutover-release", 1, crate::stage::LONGEST).await;
    let output = releases[0]["output"].as_str().unwrap_or_default();
    let output: Value = serde_json::from_str(output).expect("JSON");
    assert_eq!(output["end"], "Released", "{output}");
    Some(stage.calls().within(&Table::read()))
}

/// The same scenario, told by the account on one machine.
async fn in_process(stage: &Stage) -> Vec<String> {
    let document = stage.document.clone();
    let playing = tokio::task::spawn_blocking(|| {
        tests::run(async move {
            let mut world = tests::World::builder().with(document).begin().await;
            world.push("checkout", "v1.1.0", Behaviour::default()).await;
            world.settle().await;
            let record = world.history("checkout").remove(0);
            kinds(&record.entries.into_iter().map(|line| line.entry).collect::<Vec<_>>())
        })
    });
    playing.await.expect("the story in process")
}

async fn twice() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    stage.ecs.copies(|_| 2);
    let push = stage.push("v1.1.0");

    stage.deliver(&push).await;
    stage.deliver(&push).await;

    let deployments = stage.ended(1).await;
    assert_eq!(stage.aws.ended("cutover-release", 2, crate::stage::LONGEST).await.len(), 2);
    assert_eq!(deployments.len(), 1, "{deployments:#?}");
    let record = stage.record_of(&deployments[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(kinds(&record), in_process(&stage).await);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    Some(stage.calls().within(&Table::read()))
}

async fn forged() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    let push = stage.push("v1.1.0");

    assert_eq!(stage.deliver_forged(&push).await, 401);

    // What GitHub signs afterwards starts the first release, so the forged one started none.
    stage.deliver(&stage.push("v1.2.0")).await;
    let deployments = stage.ended(1).await;
    assert_eq!(stage.aws.executions("cutover-release").await.len(), 1);
    assert_eq!(outcome(&stage.record_of(&deployments[0]).await).end, End::Deployed);
    assert_eq!(stage.serves(), Some(digest("v1.2.0")));
    Some(stage.calls().within(&Table::read()))
}
