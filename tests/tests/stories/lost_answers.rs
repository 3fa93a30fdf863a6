//! A step that did its work and could not say so until nobody asked any more.

use std::sync::Arc;
use std::time::Duration;

use domain::outcome::End;
use local::account::Fault;
use local::simulated::Behaviour;
use parking_lot::Mutex;
use tests::World;

#[tokio::test(start_paused = true)]
async fn a_rollout_that_launch_could_not_tell_of_is_found_and_taken_back() {
    let mut world = World::begin().await;
    let account = world.account.clone();
    let launched = Arc::new(Mutex::new(None));
    // ECS begins, and for longer than `Launch` tries it does not show what it began.
    world.account.calls().disturb(move |call| {
        let mut launched = launched.lock();
        if call.name == "fleet.launch" {
            *launched = Some(account.now());
        }
        let unseen = launched.is_some_and(|at| account.now() < at + Duration::from_secs(130));
        (unseen && call.name == "fleet.find").then_some(Fault::Before)
    });

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::RolledBack, "{}\n{}", outcome.why, world.story());
    let path = world.path(&outcome.deployment);
    assert!(path.windows(2).any(|two| two == ["Launch", "Restore"]), "{path:?}");
    assert!(world.desk("checkout").lease.is_none());
}
