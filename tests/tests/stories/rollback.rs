//! Going back after the end: by an alarm, and by a person.

use std::time::Duration;

use domain::outcome::End;
use local::simulated::Behaviour;
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

/// A world in which `v1.1.0` was deployed.
async fn deployed() -> World {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed]);
    world
}

/// A release breaks long after it was judged.
async fn breaks(world: &World, tag: &str) {
    let digest = world.digest("checkout", tag).clone();
    world.account.plant().breaks_at(digest.as_str(), world.account.now());
}

#[tokio::test(start_paused = true)]
async fn an_alarm_after_the_end_brings_the_last_good_release_back() {
    let world = deployed().await;
    world.pass(20 * MINUTE).await;

    breaks(&world, "v1.1.0").await;
    world.pass(3 * MINUTE).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed], "{}", world.story());
    let service = document("checkout", |_| {});
    assert_eq!(world.traffic(&service), [("v1.0.0".to_owned(), "100%".to_owned())]);
    insta::assert_snapshot!(world.story(), @"");
}
