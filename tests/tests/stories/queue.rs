//! Several pushes of one service.

use std::time::Duration;

use domain::outcome::End;
use local::plant::Share;
use local::simulated::Behaviour;
use tests::World;

#[tokio::test(start_paused = true)]
async fn the_newest_waiting_push_follows_and_those_between_are_told() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;

    world.push("checkout", "v1.3.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Refused, End::Deployed]);
    let between = &world.history("checkout")[1];
    let why = &between.outcome().expect("it ended").why;
    assert!(why.starts_with("superseded by checkout v1.3.0"), "{why}");
    assert_eq!(world.desk("checkout").token, 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_push_does_not_push_a_newer_one_out_of_the_queue() {
    let mut world = World::begin().await;
    world.image("checkout", "v1.2.0", Behaviour::default());
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    world.push("checkout", "v1.3.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;

    world.deliver("checkout", "v1.2.0").await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed, End::Refused]);
    let late = &world.history("checkout")[0];
    assert!(late.outcome().expect("it ended").why.contains("waits already and is newer"));
}

#[tokio::test(start_paused = true)]
async fn a_good_push_follows_a_bad_one() {
    let mut world = World::begin().await;
    let bad = Behaviour { error_rate: Share(500), ..Behaviour::default() };
    world.push("checkout", "v1.1.0", bad).await;
    world.pass(Duration::from_secs(5)).await;

    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    // The alarm that the bad one made ring rings on when the good one asks: nothing is begun then.
    assert_eq!(world.ends("checkout"), [End::RolledBack, End::Refused], "{}", world.story());

    world.pass(Duration::from_secs(300)).await;
    world.deliver("checkout", "v1.2.0").await;
    world.settle().await;
    assert_eq!(world.outcome("checkout").end, End::Deployed);
}

#[tokio::test(start_paused = true)]
async fn who_waits_through_a_long_bake_gets_its_turn() {
    let long = tests::document("checkout", |document| document["bake"] = "20h".into());
    let mut world = World::builder().with(long).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;

    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed]);
}
