//! A thousand deployments at once, and how soon one is told.

use std::time::Duration;

use domain::outcome::End;
use local::simulated::Behaviour;
use serde_json::json;
use tests::document;

use crate::fake::CHANNEL;
use crate::world::{checkout, telling};

/// So many deployments, all told in one channel.
const DEPLOYMENTS: usize = 1_000;

#[tokio::test(start_paused = true)]
async fn a_thousand_deployments_keep_the_limit_of_their_channel_and_lose_no_end() {
    let service = |number: usize| {
        document(&format!("shop-{number}"), |document| {
            document["image"] = json!("ghcr.io/acme/shop");
            document["bake"] = json!("2m");
            document["checks"]["alarms"] = json!([]);
            document["tell"] = json!({ "slack": { "channel": CHANNEL } });
        })
    };
    let (mut world, fake) = telling((0..DEPLOYMENTS).map(service).collect()).await;
    world.push("shop", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    let taken = fake.taken(CHANNEL);
    let apart = taken.windows(2).map(|two| two[1].duration_since(two[0]).as_millis()).min();
    assert!(apart >= Some(1_000), "{apart:?} ms apart");
    assert_eq!(fake.turned_away(CHANNEL), 0);

    let messages = fake.messages(CHANNEL);
    assert_eq!(messages.len(), DEPLOYMENTS);
    for (number, (message, _)) in messages.iter().enumerate() {
        let header = message["blocks"][0]["text"]["text"].as_str().unwrap_or_default();
        assert!(header.starts_with("🟢 Deployed"), "{number}: {header}");
    }
    for number in 0..DEPLOYMENTS {
        assert_eq!(world.ends(&format!("shop-{number}")), [End::Deployed]);
    }
    // Each had four events, with three lines to tell. Most were told by a message that came later.
    assert!(taken.len() < DEPLOYMENTS * 4, "{} messages", taken.len());
    assert_eq!(world.account.letters().len(), DEPLOYMENTS);
}

#[tokio::test(start_paused = true)]
async fn from_an_event_to_the_message_it_takes_less_than_a_second() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(3)).await;
    let planned = world.history("checkout")[0].plan().expect("a plan").at;

    let first = fake.taken(CHANNEL)[0];
    assert!(first.duration_since(planned).as_millis() <= 1_000, "{planned} {first}");
    world.settle().await;
    let ended = world.outcome("checkout").at;
    let after = fake.taken(CHANNEL).into_iter().find(|at| *at >= ended).expect("a message");
    assert!(after.duration_since(ended).as_millis() <= 1_000, "{ended} {after}");
}
