//! Several pushes of one service.

use std::time::Duration;

use domain::outcome::End;
use local::plant::Share;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

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

/// `checkout` with another way to take pushes while it is busy.
async fn when_busy(what: &str) -> World {
    let service = document("checkout", |document| document["when_busy"] = json!(what));
    let mut world = World::builder().with(service).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_newer_push_takes_the_place_of_the_one_under_way() {
    let mut world = when_busy("supersede").await;

    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack, End::Deployed], "{}", world.story());
    let first = &world.history("checkout")[1];
    let why = &first.outcome().expect("it ended").why;
    assert!(why.starts_with("superseded by checkout v1.2.0"), "{why}");
    assert_eq!(world.desk("checkout").quarantined, [], "it was not at fault");
}

#[tokio::test(start_paused = true)]
async fn an_older_push_takes_nobodys_place() {
    let mut world = when_busy("supersede").await;
    world.push("checkout", "v1.0.5", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Refused], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_service_may_take_no_push_while_it_is_busy() {
    let mut world = when_busy("reject").await;

    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Refused], "{}", world.story());
    assert!(world.outcome("checkout").why.contains("`when_busy: reject`"));
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_pushes_leaves_one_running_and_one_waiting_and_ends_on_the_newest() {
    let mut world = World::begin().await;
    let mut most = 0;
    for number in 1..=1_000 {
        world.push("checkout", &format!("v1.{number}.0"), Behaviour::default()).await;
        world.pass(Duration::from_millis(60)).await;
        let running = world.account.executions();
        let running = running.iter().filter(|it| {
            it.status() == asl::Status::Running && it.identity().arn.contains("deployment")
        });
        most = most.max(running.count());
    }
    world.settle().await;

    assert!(most <= 3, "one is at work, one waits, one is on its way out: {most}");
    let ends = world.ends("checkout");
    let deployed = ends.iter().filter(|end| **end == End::Deployed).count();
    assert_eq!((deployed, ends.len()), (2, 1_000));
    assert_eq!(world.outcome("checkout").tag.map(|it| it.to_string()), Some("v1.1000.0".into()));
}
