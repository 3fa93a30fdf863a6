//! All traffic in one step.

use domain::outcome::End;
use local::simulated::Behaviour;
use tests::World;

#[tokio::test(start_paused = true)]
async fn a_good_image_is_deployed() {
    let mut world = World::begin().await;

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::Deployed);
    insta::assert_snapshot!(world.story(), @"");
}
