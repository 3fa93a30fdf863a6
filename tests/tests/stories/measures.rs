//! What is measured of deployments, as a Prometheus reads it.

use std::time::Duration;

use domain::outcome::End;
use local::plant::Share;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

/// What is counted and is not nothing, without the buckets of times.
fn measured(world: &World) -> String {
    let text = world.account.metrics();
    let counted = text.lines().filter(|line| {
        !line.starts_with('#') && !line.contains("_bucket{") && !line.ends_with(" 0")
    });
    counted.flat_map(|line| [line, "\n"]).collect()
}

/// The same, of changes and their failures alone.
fn failures(world: &World) -> String {
    let measured = measured(world);
    let about = ["cutover_deployments", "cutover_change", "cutover_time_to_restore"];
    let lines = measured.lines().filter(|line| about.iter().any(|it| line.starts_with(it)));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn bad() -> Behaviour {
    Behaviour { error_rate: Share(200), ..Behaviour::default() }
}

#[tokio::test(start_paused = true)]
async fn a_good_push() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed]);
    insta::assert_snapshot!(measured(&world), @r#"
    cutover_deployments_total{service="checkout",cause="push",end="Deployed"} 1
    cutover_changes_total{service="checkout"} 1
    cutover_lead_time_seconds_sum{service="checkout"} 602.005
    cutover_lead_time_seconds_count{service="checkout"} 1
    cutover_stage_seconds_sum{stage="bake"} 600
    cutover_stage_seconds_count{stage="bake"} 1
    cutover_stage_seconds_count{stage="check"} 1
    cutover_stage_seconds_count{stage="move"} 1
    cutover_stage_seconds_count{stage="queue"} 1
    cutover_stage_seconds_sum{stage="start"} 2.005
    cutover_stage_seconds_count{stage="start"} 1
    cutover_stage_seconds_count{stage="test"} 1
    cutover_verdicts_total{check="alarm",answer="pass"} 7
    cutover_verdicts_total{check="smoke",answer="pass"} 1
    cutover_verdicts_total{check="targets",answer="pass"} 7
    "#);
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_in_flight_and_what_is_after_its_end_have_failed() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", bad()).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::RolledBack]);
    insta::assert_snapshot!(failures(&world), @r#"
    cutover_deployments_total{service="checkout",cause="push",end="RolledBack"} 1
    cutover_changes_total{service="checkout"} 1
    cutover_change_failures_total{service="checkout"} 1
    cutover_time_to_restore_seconds_sum{service="checkout"} 57.995
    cutover_time_to_restore_seconds_count{service="checkout"} 1
    "#);

    world.pass(10 * MINUTE).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    let late = world.digest("checkout", "v1.2.0").clone();
    world.account.plant().behave(late.as_str(), bad());
    world.pass(3 * MINUTE).await;
    world.settle().await;
    let ends = [End::RolledBack, End::Deployed, End::Deployed];
    assert_eq!(world.ends("checkout"), ends, "{}", world.story());
    insta::assert_snapshot!(failures(&world), @r#"
    cutover_deployments_total{service="checkout",cause="push",end="Deployed"} 1
    cutover_deployments_total{service="checkout",cause="push",end="RolledBack"} 1
    cutover_deployments_total{service="checkout",cause="rollback",end="Deployed"} 1
    cutover_changes_total{service="checkout"} 2
    cutover_change_failures_total{service="checkout"} 2
    cutover_time_to_restore_seconds_sum{service="checkout"} 716.99
    cutover_time_to_restore_seconds_count{service="checkout"} 2
    "#);
}

#[tokio::test(start_paused = true)]
async fn what_makes_way_for_a_newer_push_has_not_failed() {
    let service = document("checkout", |document| document["when_busy"] = json!("supersede"));
    let mut world = World::builder().with(service).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack, End::Deployed]);
    insta::assert_snapshot!(failures(&world), @r#"
    cutover_deployments_total{service="checkout",cause="push",end="Deployed"} 1
    cutover_deployments_total{service="checkout",cause="push",end="RolledBack"} 1
    cutover_changes_total{service="checkout"} 2
    "#);
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_the_queue_and_who_holds_the_lease() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(MINUTE).await;

    let now = measured(&world);
    assert!(now.contains("cutover_waiting_requests{service=\"checkout\"} 1"), "{now}");
    assert!(now.contains("cutover_held_leases{service=\"checkout\"} 1"), "{now}");

    world.settle().await;
    let then = measured(&world);
    assert!(!then.contains("cutover_waiting_requests"), "{then}");
    assert!(!then.contains("cutover_held_leases"), "{then}");
    let waited =
        then.lines().find(|it| it.starts_with("cutover_stage_seconds_sum{stage=\"queue\"}"));
    assert_eq!(waited, Some(r#"cutover_stage_seconds_sum{stage="queue"} 542.005"#));
}

#[tokio::test(start_paused = true)]
async fn a_step_that_runs_twice_counts_once() {
    let mut told = Vec::new();
    for twice in [false, true] {
        let mut world = World::begin().await;
        world.account.repeat_steps(twice);
        world.push("checkout", "v1.1.0", bad()).await;
        world.settle().await;
        told.push(failures(&world).lines().filter(|it| !it.contains("_sum")).collect::<String>());
    }
    assert_eq!(told[0], told[1]);
    assert!(told[0].contains("cutover_change_failures_total{service=\"checkout\"} 1"));
}
