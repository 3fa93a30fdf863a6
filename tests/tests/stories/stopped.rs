//! Executions that a person stops at the console.

use std::time::Duration;

use domain::outcome::End;
use local::bus::Disturbance;
use local::simulated::Behaviour;
use tests::World;

/// Stops the execution of the newest deployment.
fn stop(world: &World) {
    let newest = world.history("checkout").remove(0).deployment;
    let execution = world.account.execution("deployment", newest.as_str()).expect("it runs");
    assert!(execution.stop(None, Some("somebody pressed stop".into())));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_stopped_in_its_bake_is_taken_back() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(300)).await;

    stop(&world);
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!((outcome.end, world.desk("checkout").lease), (End::RolledBack, None));
    assert_eq!(outcome.why, "its execution was stopped (somebody pressed stop)");
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
    6:00 checkout  told ECS to go back: its execution was stopped (somebody pressed stop)
    6:00 checkout  traffic: 100% v1.0.0
    6:00 checkout  kept the evidence: 2 tasks stopped (Scaling activity initiated by the deployment), 2 log lines, no targets
    6:00 checkout  judged at 0%: it is over, ECS ended it as ROLLBACK_SUCCESSFUL
    6:00 checkout  RolledBack: its execution was stopped (somebody pressed stop)
    ");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_stopped_in_the_queue_leaves_it() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;

    stop(&world);
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Refused]);
    assert_eq!(world.desk("checkout").waiting, None);
}

#[tokio::test(start_paused = true)]
async fn who_waits_follows_a_deployment_that_was_stopped() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    stop(&world);
    world.pass(Duration::from_secs(5)).await;

    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack, End::Deployed]);
}

#[tokio::test(start_paused = true)]
async fn what_no_event_told_of_is_swept_up() {
    let mut world = World::begin().await;
    world.account.bus().disturb(|rule, _, _| match rule {
        "execution-ended" => Disturbance::Drop,
        _ => Disturbance::Once,
    });
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;

    for record in world.history("checkout") {
        let execution = world.account.execution("deployment", record.deployment.as_str());
        assert!(execution.expect("it runs").stop(None, None));
    }
    world.pass(Duration::from_secs(35 * 60)).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack, End::Refused], "{}", world.story());
    let desk = world.desk("checkout");
    assert_eq!((desk.lease, desk.waiting, desk.watcher), (None, None, None));
    let why = world.history("checkout")[0].outcome().map(|it| it.why.clone());
    assert!(why.is_some_and(|why| why.starts_with("its execution is gone")));
}
