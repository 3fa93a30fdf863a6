//! Deliveries that come more than once.

use std::time::Duration;

use domain::outcome::End;
use local::alarms::AlarmState;
use local::plant::Share;
use local::simulated::Behaviour;
use tests::World;

#[tokio::test(start_paused = true)]
async fn one_push_delivered_often_is_one_deployment() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;

    for seconds in [0, 0, 1, 60, 3_600, 86_400] {
        world.pass(Duration::from_secs(seconds)).await;
        world.deliver("checkout", "v1.1.0").await;
    }
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_push_may_be_delivered_again_after_the_cause_is_mended() {
    let mut world = World::begin().await;
    world.account.set_alarm("checkout-errors", AlarmState::Alarm, "by hand").expect("it exists");
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Refused]);

    world.pass(Duration::from_secs(120)).await;
    world.deliver("checkout", "v1.1.0").await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Refused, End::Deployed]);
}

#[tokio::test(start_paused = true)]
async fn a_push_that_was_taken_back_is_not_brought_back_by_its_delivery() {
    let mut world = World::begin().await;
    let bad = Behaviour { error_rate: Share(500), ..Behaviour::default() };
    world.push("checkout", "v1.1.0", bad).await;
    world.settle().await;

    world.pass(Duration::from_secs(600)).await;
    world.deliver("checkout", "v1.1.0").await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack]);
}
