//! All traffic in one step.

use std::time::Duration;

use domain::outcome::End;
use local::plant::Share;
use local::simulated::{Behaviour, Smoke};
use tests::{World, document};

#[tokio::test(start_paused = true)]
async fn a_good_image_is_deployed() {
    let mut world = World::begin().await;

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::Deployed);
    insta::assert_snapshot!(world.story(), @"
     0:00 checkout  ada asked for checkout v1.1.0 (push)
     0:00 checkout  planned checkout v1.1.0
     0:00 checkout  got the lease, token 1
     0:00 checkout  told ECS to begin
     0:00 checkout  traffic: 100% v1.0.0
     0:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
     0:02 checkout  told ECS to go on
     0:02 checkout  traffic: 100% v1.1.0
     0:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 10m more
     2:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 8m more
     4:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 6m more
     6:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 4m more
     8:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
    10:02 checkout  judged at 100%: go on, all is well at POST_PRODUCTION_TRAFFIC_SHIFT
    10:02 checkout  told ECS to go on
    10:02 checkout  judged at 100%: it is over, ECS ended it as SUCCESSFUL
    10:02 checkout  Deployed: ECS tells that this release serves
    ");
}

#[tokio::test(start_paused = true)]
async fn a_ten_minute_bake_takes_35_transitions() {
    let mut world = World::begin().await;

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    let deployment = world.outcome("checkout").deployment;
    let execution = world.account.execution("deployment", deployment.as_str()).expect("it ran");
    let path = execution.path();
    assert_eq!(execution.transitions(), 35, "a change of what a deployment costs: {path:?}");
}

#[tokio::test(start_paused = true)]
async fn an_image_whose_smoke_request_fails_never_sees_production() {
    let mut world = World::begin().await;
    let bad =
        Behaviour { smoke: Smoke { status: 500, ..Smoke::default() }, ..Behaviour::default() };

    world.push("checkout", "v1.1.0", bad).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    insta::assert_snapshot!(world.story(), @"
    0:00 checkout  ada asked for checkout v1.1.0 (push)
    0:00 checkout  planned checkout v1.1.0
    0:00 checkout  got the lease, token 1
    0:00 checkout  told ECS to begin
    0:00 checkout  traffic: 100% v1.0.0
    0:02 checkout  judged at 0%: wait, smoke GET /smoke: answered 500 instead of 200
    0:32 checkout  judged at 0%: take back, smoke GET /smoke: answered 500 instead of 200
    0:32 checkout  told ECS to go back: smoke GET /smoke: answered 500 instead of 200
    0:32 checkout  kept the evidence: 2 tasks stopped (Scaling activity initiated by the deployment), 2 log lines, no targets
    0:32 checkout  judged at 0%: it is over, ECS ended it as ROLLBACK_SUCCESSFUL
    0:32 checkout  RolledBack: smoke GET /smoke: answered 500 instead of 200
    0:32 checkout  quarantined v1.1.0 until 2026-03-31T03:10:32Z: smoke GET /smoke: answered 500 instead of 200
    ");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_during_the_bake_sends_traffic_back() {
    let mut world = World::begin().await;
    let bad = Behaviour { error_rate: Share(200), ..Behaviour::default() };

    world.push("checkout", "v1.1.0", bad).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    insta::assert_snapshot!(world.story(), @"
    0:00 checkout  ada asked for checkout v1.1.0 (push)
    0:00 checkout  planned checkout v1.1.0
    0:00 checkout  got the lease, token 1
    0:00 checkout  told ECS to begin
    0:00 checkout  traffic: 100% v1.0.0
    0:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
    0:02 checkout  told ECS to go on
    0:02 checkout  traffic: 100% v1.1.0
    0:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 10m more
    1:00 checkout  told ECS to go back: alarm checkout-errors rings since 2026-03-01T03:11:00Z
    1:00 checkout  traffic: 100% v1.0.0
    1:00 checkout  judged at 0%: it is over, ECS ended it as ROLLBACK_SUCCESSFUL
    1:00 checkout  RolledBack: alarm checkout-errors rings since 2026-03-01T03:11:00Z
    1:00 checkout  quarantined v1.1.0 until 2026-03-31T03:11:00Z: alarm checkout-errors rings since 2026-03-01T03:11:00Z
    1:00 checkout  kept the evidence: 2 tasks stopped (Scaling activity initiated by the deployment), 2 log lines, no targets, checkout-errors at 0.193
    ");
}

#[tokio::test(start_paused = true)]
async fn an_image_that_never_becomes_healthy_is_taken_back_in_minutes_not_in_a_day() {
    let mut world = World::begin().await;

    world.push("checkout", "v1.1.0", Behaviour { healthy: false, ..Behaviour::default() }).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::RolledBack);
    assert_eq!(outcome.why, "green did not become healthy in 15m");
    assert_eq!(world.traffic(&document("checkout", |_| {})), [("v1.0.0".into(), "100%".into())]);
}

#[tokio::test(start_paused = true)]
async fn a_green_that_has_little_time_to_start_is_not_waited_for_longer() {
    let impatient = document("checkout", |document| {
        document["checks"]["start_within"] = "90s".into();
    });
    let mut world = World::builder().with(impatient).begin().await;
    let sick = Behaviour { healthy: false, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", sick).await;
    let pushed = world.account.now();
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.why, "green did not become healthy in 1m 30s");
    let took = outcome.at.duration_since(pushed).as_secs();
    assert!((90..100).contains(&took), "after {took} s\n{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_smoke_request_may_fail_at_first() {
    let mut world = World::begin().await;
    let bad =
        Behaviour { smoke: Smoke { status: 503, ..Smoke::default() }, ..Behaviour::default() };
    let digest = world.push("checkout", "v1.1.0", bad).await;

    world.pass(Duration::from_secs(10)).await;
    world.account.plant().behave(digest.as_str(), Behaviour::default());
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
}
