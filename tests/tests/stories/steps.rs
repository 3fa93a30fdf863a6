//! Traffic in steps: canary and linear, and task by task where there is no listener to divide.

use domain::outcome::End;
use local::plant::Share;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

fn with_strategy(strategy: serde_json::Value) -> domain::service::ServiceDocument {
    document("checkout", |document| {
        document["strategy"] = strategy;
        document["bake"] = json!("2m");
    })
}

#[tokio::test(start_paused = true)]
async fn a_canary_is_watched_before_the_rest_follows() {
    let canary = with_strategy(json!({ "canary": { "percent": 10, "hold": "2m" } }));
    let mut world = World::builder().with(canary).begin().await;

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
    0:02 checkout  judged at 0%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
    0:02 checkout  told ECS to go on
    0:02 checkout  traffic: 90% v1.0.0, 10% v1.1.0
    0:02 checkout  judged at 10%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
    0:26 checkout  judged at 10%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 1m 36s more
    0:50 checkout  judged at 10%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 1m 12s more
    1:14 checkout  judged at 10%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 48s more
    1:38 checkout  judged at 10%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 24s more
    2:02 checkout  judged at 10%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
    2:02 checkout  told ECS to go on
    2:02 checkout  traffic: 100% v1.1.0
    2:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
    2:26 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 1m 36s more
    2:50 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 1m 12s more
    3:14 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 48s more
    3:38 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 24s more
    4:02 checkout  judged at 100%: go on, all is well at POST_PRODUCTION_TRAFFIC_SHIFT
    4:02 checkout  told ECS to go on
    4:02 checkout  judged at 100%: it is over, ECS ended it as SUCCESSFUL
    4:02 checkout  Deployed: ECS tells that this release serves
    ");
}

#[tokio::test(start_paused = true)]
async fn a_bad_canary_hurts_only_its_share() {
    let canary = with_strategy(json!({ "canary": { "percent": 20, "hold": "10m" } }));
    let mut world = World::builder().with(canary).begin().await;
    let bad = Behaviour { error_rate: Share::ALL, ..Behaviour::default() };

    world.push("checkout", "v1.1.0", bad).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    let story = world.story();
    assert!(story.contains("traffic: 80% v1.0.0, 20% v1.1.0"), "{story}");
    assert!(!story.contains("traffic: 100% v1.1.0"), "{story}");
}

#[tokio::test(start_paused = true)]
async fn a_linear_shift_asks_before_every_step() {
    let linear = with_strategy(json!({ "linear": { "step": 40, "hold": "1m" } }));
    let mut world = World::builder().with(linear).begin().await;

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
    0:02 checkout  judged at 0%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
    0:02 checkout  told ECS to go on
    0:02 checkout  traffic: 60% v1.0.0, 40% v1.1.0
    0:02 checkout  judged at 40%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 1m more
    0:14 checkout  judged at 40%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 48s more
    0:26 checkout  judged at 40%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 36s more
    0:38 checkout  judged at 40%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 24s more
    0:50 checkout  judged at 40%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 12s more
    1:02 checkout  judged at 40%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
    1:02 checkout  told ECS to go on
    1:02 checkout  traffic: 20% v1.0.0, 80% v1.1.0
    1:02 checkout  judged at 80%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 1m more
    1:14 checkout  judged at 80%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 48s more
    1:26 checkout  judged at 80%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 36s more
    1:38 checkout  judged at 80%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 24s more
    1:50 checkout  judged at 80%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 12s more
    2:02 checkout  judged at 80%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
    2:02 checkout  told ECS to go on
    2:02 checkout  traffic: 100% v1.1.0
    2:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
    2:26 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 1m 36s more
    2:50 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 1m 12s more
    3:14 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 48s more
    3:38 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 24s more
    4:02 checkout  judged at 100%: go on, all is well at POST_PRODUCTION_TRAFFIC_SHIFT
    4:02 checkout  told ECS to go on
    4:02 checkout  judged at 100%: it is over, ECS ended it as SUCCESSFUL
    4:02 checkout  Deployed: ECS tells that this release serves
    ");
}

#[tokio::test(start_paused = true)]
async fn a_rolling_deployment_has_no_pause_and_is_read_back_all_the_same() {
    let rolling = document("checkout", |document| {
        document["strategy"] = json!({ "rolling": {} });
        document["checks"]["smoke"] = json!([]);
    });
    let mut world = World::builder().with(rolling).begin().await;

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
}
