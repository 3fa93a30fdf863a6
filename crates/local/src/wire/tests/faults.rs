//! Calls over the wire fail where the account's calls say so.

use std::sync::Arc;

use axum::extract::Request;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::world::World;
use crate::account::Fault;
use crate::wire;

fn scale(count: u32) -> Request {
    let update = json!({ "cluster": "shop", "service": "checkout", "desiredCount": count });
    let request = Request::builder()
        .method("POST")
        .uri("/")
        .header("x-amz-target", "AmazonEC2ContainerServiceV20141113.UpdateService")
        .header("content-type", "application/x-amz-json-1.1");
    request.body(update.to_string().into()).unwrap()
}

async fn desired(world: &World) -> Value {
    let describe = json!({ "cluster": "shop", "services": ["checkout"] });
    let told = world.ecs("DescribeServices", describe).await;
    told["services"][0]["desiredCount"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_tells_nothing_of_the_effect() {
    let world = World::begin().await;
    let seen = Arc::new(Mutex::new(Vec::new()));

    for (fault, wanted, desires) in [(Fault::Before, 3, 2), (Fault::After, 4, 4)] {
        let names = Arc::clone(&seen);
        world.account.calls().disturb(move |call| {
            names.lock().push(call.name);
            (call.name == "ecs.UpdateService").then_some(fault)
        });
        let response = wire::answer(&world.account, scale(wanted)).await;
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        assert!(body.is_err(), "the connection breaks before the answer is read");
        assert_eq!(desired(&world).await, desires, "{fault:?}");
    }
    assert_eq!(seen.lock()[..2], ["ecs.UpdateService", "ecs.DescribeServices"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_has_its_effect_and_no_answer() {
    let world = World::begin().await;
    world.account.calls().disturb(|call| (call.name == "ecs.UpdateService").then_some(Fault::Hang));

    let hanging = wire::answer(&world.account, scale(5));
    let waited = tokio::time::timeout(std::time::Duration::from_secs(3600), hanging).await;

    assert!(waited.is_err(), "no answer in an hour");
    assert_eq!(desired(&world).await, 5);
}
