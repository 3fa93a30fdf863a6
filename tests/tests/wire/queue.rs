//! Pushes that come faster than deployments end.

use domain::outcome::End;

use crate::calls::Calls;
use crate::stage::{Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&QUEUE, &BEHIND];

static QUEUE: Story = Story::new(|| Box::pin(queue()));
static BEHIND: Story = Story::new(|| Box::pin(behind()));

stories! {
    of_three_pushes_the_second_makes_way_for_the_third, QUEUE;
    a_push_that_waited_and_is_older_by_then_is_refused, BEHIND;
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
