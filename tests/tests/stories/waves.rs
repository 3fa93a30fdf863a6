//! One image, several services.

use domain::outcome::End;
use domain::service::ServiceDocument;
use local::plant::Share;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

/// `web` and `worker` run the image of `shop`; `worker` goes first.
async fn shop() -> World {
    let of_shop = |name: &str, wave: u16| -> ServiceDocument {
        document(name, |document| {
            document["image"] = json!("ghcr.io/acme/shop");
            document["wave"] = json!(wave);
            document["bake"] = json!("1m");
        })
    };
    World::builder().with(of_shop("web", 2)).with(of_shop("worker", 1)).begin().await
}

#[tokio::test(start_paused = true)]
async fn a_later_wave_begins_when_the_earlier_one_runs_the_release() {
    let mut world = shop().await;

    world.push("shop", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(
        (world.ends("worker"), world.ends("web")),
        (vec![End::Deployed], vec![End::Deployed])
    );
    let began = |service| world.history(service)[0].entries[0].at;
    let worker_ended = world.outcome("worker").at;
    assert!(began("web") >= worker_ended, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_later_wave_is_not_begun_when_the_earlier_one_went_wrong() {
    let mut world = shop().await;
    let bad = Behaviour { error_rate: Share(500), ..Behaviour::default() };

    world.push("shop", "v1.1.0", bad).await;
    world.settle().await;

    assert_eq!((world.ends("worker"), world.ends("web")), (vec![End::RolledBack], vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_second_delivery_does_not_overtake_the_waves() {
    let mut world = shop().await;
    world.push("shop", "v1.1.0", Behaviour::default()).await;

    world.deliver("shop", "v1.1.0").await;
    world.settle().await;

    assert_eq!(
        (world.ends("worker"), world.ends("web")),
        (vec![End::Deployed], vec![End::Deployed])
    );
    let began = |service| world.history(service)[0].entries[0].at;
    assert!(began("web") >= world.outcome("worker").at, "{}", world.story());
}
