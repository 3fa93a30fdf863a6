//! Events that are not what they should be: of somebody else, too old, too large, or no event at all.

use std::time::Duration;

use domain::outcome::End;
use local::bus::Event;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::World;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/samples");

fn sample(name: &str) -> Event {
    let text = std::fs::read_to_string(format!("{SAMPLES}/{name}.json")).expect(name);
    serde_json::from_str(&text).expect(name)
}

fn hook(world: &World, detail: Value) -> Event {
    Event::new("aws.ecs", "ECS Hook State Change", world.account.now(), detail)
}

#[tokio::test(start_paused = true)]
async fn an_event_of_another_account_or_service_wakes_nobody() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(30)).await;

    for name in [
        "ecs/hook-awaiting-action-elsewhere",
        "ecs/hook-awaiting-action",
        "ecs/deployment-completed",
        "cloudwatch/single-metric-ok-to-alarm",
        "states/execution-failed-elsewhere",
        "s3/state-written",
    ] {
        world.account.bus().put(sample(name));
    }
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed]);
    assert_eq!(world.account.dead_letters().len(), 0, "a named answer, not a failure");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_lacks_what_counts_ends_as_a_dead_letter_that_says_so() {
    let world = World::begin().await;

    world.account.bus().put(hook(&world, json!({ "eventName": "HOOK_AWAITING_ACTION" })));
    let long = json!({
        "eventName": "HOOK_AWAITING_ACTION",
        "serviceDeploymentArn": "x".repeat(1_000_000),
    });
    world.account.bus().put(hook(&world, long));
    world.pass(Duration::from_hours(48)).await;

    let letters = world.account.dead_letters();
    let said: Vec<&str> = letters.iter().map(|letter| letter.error_message.as_str()).collect();
    assert_eq!(said.len(), 2, "tried for a day at most: {said:?}");
    assert!(said.iter().all(|said| said.contains("Invalid") && said.len() < 1_000), "{said:?}");
    assert!(said.iter().any(|said| said.contains("missing field `serviceDeploymentArn`")));
    assert!(said.iter().any(|said| said.contains("is not an ARN")), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_push_that_no_release_could_come_from_fails_by_name_and_changes_nothing() {
    let world = World::begin().await;
    let pushed = |image: String| json!({ "image": image, "tag": "v1", "digest": "none" });
    let strange = [
        (json!("a text"), "Invalid"),
        (json!({ "image": "ghcr.io/acme/checkout" }), "Invalid"),
        (pushed("x".repeat(200_000)), "Invalid"),
        // Step Functions itself takes no more than 256 KiB.
        (pushed("x".repeat(1_000_000)), "States.DataLimitExceeded"),
    ];

    for (detail, error) in strange {
        let event = Event::new("cutover", "Image Pushed", world.account.now(), detail);
        let name = event.id.to_string();
        world.account.bus().put(event);
        world.settle().await;

        let execution = world.account.execution("release", &name).expect("named after the event");
        let end = execution.outcome().expect("an end");
        assert_eq!(end.error.as_deref(), Some(error), "{end:?}");
        assert!(end.cause.is_some_and(|cause| cause.len() < 1_000));
    }
    assert!(world.history("checkout").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_push_that_is_replayed_after_a_week_brings_nothing_back() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    world.pass(Duration::from_hours(7 * 24)).await;
    world.deliver("checkout", "v1.1.0").await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed]);
    let serving = world.history("checkout")[0].outcome().and_then(|it| it.serving.clone());
    assert_eq!(serving.as_ref(), Some(world.digest("checkout", "v1.2.0")));
}
