//! Pushes that come faster than deployments end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::outcome::End;
use domain::record::Entry;
use domain::seconds::Seconds;
use jiff::Timestamp;
use local::account::Fault;
use serde_json::json;

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{LONGEST, Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&QUEUE, &BEHIND, &GONE, &FROZEN];

static QUEUE: Story = Story::new(|| Box::pin(queue()));
static BEHIND: Story = Story::new(|| Box::pin(behind()));
static GONE: Story = Story::new(|| Box::pin(gone()));
static FROZEN: Story = Story::new(|| Box::pin(frozen()));

stories! {
    of_three_pushes_the_second_makes_way_for_the_third, QUEUE;
    a_push_that_waited_and_is_older_by_then_is_refused, BEHIND;
    a_lease_whose_holder_is_gone_is_taken_over_when_it_has_expired, GONE;
    a_push_in_a_window_waits_for_its_end, FROZEN;
}

async fn queue() -> Option<Calls> {
    let stage = Stage::set(|document| document["bake"] = "10s".into()).await?;

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.bakes().await;
    for tag in ["v1.2.0", "v1.3.0"] {
        stage.deliver(&stage.push(tag)).await;
        stage.waits(tag).await;
    }

    let mut ends = stage.ends(3).await;
    ends.sort();
    assert_eq!(
        ends,
        [("v1.1.0", End::Deployed), ("v1.2.0", End::Refused), ("v1.3.0", End::Deployed)]
            .map(|(tag, end)| (tag.to_owned(), end.to_string()))
    );
    assert_eq!(stage.serves(), Some(digest("v1.3.0")));
    // Two may write to the desk at once, so nothing is said of how often each does.
    Some(stage.calls())
}

/// The newer push holds the lease, so the older one waits for it; when the newer one is deployed,
/// the older one would move the service backwards.
async fn behind() -> Option<Calls> {
    let stage = Stage::set(|document| document["bake"] = "10s".into()).await?;

    stage.deliver(&stage.push("v1.2.0")).await;
    stage.bakes().await;
    stage.deliver(&stage.push("v1.1.0")).await;
    stage.waits("v1.1.0").await;

    let ends = stage.ends(2).await;
    assert!(ends.contains(&("v1.1.0".to_owned(), "Refused".to_owned())), "{ends:?}");
    assert_eq!(stage.serves(), Some(digest("v1.2.0")));
    Some(stage.calls())
}

/// A deployment is stopped before it has changed anything, and its recovery does not come. The half
/// hour of its lease passes in the table, which is where it counts.
async fn gone() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    stage.aws.disable("default", "cutover-execution-ended").await;
    let asked = Arc::new(AtomicBool::new(false));
    let first = Arc::clone(&asked);
    stage.ecs.account.calls().disturb(move |call| {
        let first = call.name == "ecs.DescribeServices" && !first.swap(true, Ordering::Relaxed);
        first.then_some(Fault::Hang)
    });

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.find("a check", async || asked.load(Ordering::Relaxed).then_some(())).await;
    let deployments = stage.aws.executions("cutover-deployment").await;
    stage.aws.stop(deployments[0]["executionArn"].as_str()?).await;
    stage.aws.kill("cutover-check");
    stage.expire().await;
    stage.deliver(&stage.push("v1.2.0")).await;

    stage.aws.ended("cutover-release", 2, LONGEST).await;
    let deployments = stage.ended(2).await;
    let newest = deployments.iter().find(|it| it["status"] == "SUCCEEDED")?;
    let record = stage.record_of(newest).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    let token = |entry: &Entry| match entry {
        Entry::Claimed { lease } => Some(lease.token),
        _ => None,
    };
    assert_eq!(record.iter().find_map(token), Some(2), "{record:#?}");
    assert_eq!(stage.serves(), Some(digest("v1.2.0")));
    Some(stage.calls().within(&Table::read()))
}

/// The window is over some seconds after the push.
async fn frozen() -> Option<Calls> {
    let now = Timestamp::now();
    let wall = |moment: Timestamp| moment.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let (from, to) = (wall(Seconds(3_600).before(now)), wall(Seconds(40).after(now)));
    let stage = Stage::set(|document| {
        document["bake"] = "10s".into();
        document["freezes"] = json!([{ "from": from, "to": to, "zone": "UTC", "why": "fair" }]);
    })
    .await?;

    stage.deliver(&stage.push("v1.1.0")).await;

    let ended = stage.ended(1).await;
    let record = stage.record_of(&ended[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    let waited = record.iter().find_map(|entry| match entry {
        Entry::Frozen { freeze } => Some(freeze.why.as_str()),
        _ => None,
    });
    assert_eq!(waited, Some("fair"), "{record:#?}");
    Some(stage.calls().within(&Table::read()))
}
