//! What GitHub shows of deployments, whatever wakes the step that shows it.

use std::time::Duration;

use domain::name::DeploymentId;
use domain::outcome::End;
use domain::service::ServiceDocument;
use local::alarms::AlarmState;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

fn shown() -> ServiceDocument {
    document("checkout", |document| {
        document["tell"] = json!({
            "github": { "repository": "acme/checkout", "environment": "production" }
        });
    })
}

/// Tells the step that there is something new of a deployment.
async fn mark(world: &World, deployment: &DeploymentId) -> bool {
    let marking = serde_json::from_value(json!({ "deployment": deployment })).expect("an input");
    let account = world.account.world();
    workflow::mark(&account, &account, marking).await.expect("it is marked").is_some()
}

/// What is shown, one line a deployment.
fn page(world: &World) -> Vec<String> {
    let mut lines: Vec<_> = world.account.marks().iter().map(ToString::to_string).collect();
    lines.sort();
    // The digests are those of the story, and no part of it.
    let short = |line: String| {
        let parts = line.split(" (").map(|part| part.split_once(')').map_or(part, |(_, it)| it));
        parts.collect::<String>()
    };
    lines.into_iter().map(short).collect()
}

#[tokio::test(start_paused = true)]
async fn what_serves_what_served_and_what_was_taken_back_are_told_apart() {
    let mut world = World::builder().with(shown()).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(2 * MINUTE).await;
    let newest = |world: &World| world.history("checkout")[0].deployment.clone();
    let one = newest(&world);
    assert!(mark(&world, &one).await);
    assert!(!mark(&world, &one).await, "there is nothing new");
    assert_eq!(
        page(&world),
        ["acme/checkout production: checkout v1.1.0 is in_progress, serves 100 % of production"]
    );
    world.settle().await;
    assert!(mark(&world, &one).await);

    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    let two = newest(&world);
    assert!(mark(&world, &two).await);
    world.push("checkout", "v1.3.0", Behaviour::default()).await;
    world.pass(2 * MINUTE).await;
    world.account.set_alarm("checkout-errors", AlarmState::Alarm, "5xx").expect("it rings");
    world.settle().await;
    let three = newest(&world);
    assert_eq!(world.outcome("checkout").end, End::RolledBack);

    // The events of a day come at once, late, twice and in the wrong order.
    for deployment in [&three, &one, &two, &one, &three, &two] {
        mark(&world, deployment).await;
    }

    let page = page(&world);
    let told = |line: &str| format!("acme/checkout production: checkout {line}");
    assert_eq!(page[0], told("v1.1.0 is inactive, another release serves since"));
    assert_eq!(page[1], told("v1.2.0 is success, checkout v1.2.0 serves"));
    let back = told("v1.3.0 is failure, RolledBack: alarm checkout-errors rings");
    assert!(page[2].starts_with(&back), "{page:#?}");
    assert_eq!(page.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_shown_of_a_service_whose_document_does_not_say_where() {
    let mut world = World::builder().begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    let ended = world.history("checkout")[0].deployment.clone();

    assert!(!mark(&world, &ended).await);
    assert!(!mark(&world, &"checkout-never".parse().expect("a name")).await);
    assert!(page(&world).is_empty());
}
