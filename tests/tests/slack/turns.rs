//! Events that come late, twice and at once, and a Slack that is slow, full or forgetful.

use std::time::Duration;

use domain::outcome::End;
use local::account::Fault;
use local::simulated::Behaviour;
use serde_json::json;
use tests::World;

use crate::fake::CHANNEL;
use crate::world::{checkout, telling};

/// Tells of the newest deployment by so many more executions at once.
fn tell_again(world: &World, times: usize) {
    let deployment = world.history("checkout")[0].deployment.clone();
    for time in 0..times {
        let name = format!("{deployment}-{}-{time}", world.account.now().as_millisecond());
        let event = json!({ "deployment": deployment, "service": "checkout" });
        world.account.start("notification", &name, event).expect("a new name");
    }
}

#[tokio::test(start_paused = true)]
async fn many_executions_at_once_post_one_message() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_millis(10)).await;
    tell_again(&world, 20);
    world.settle().await;
    let before = fake.seen(CHANNEL);
    tell_again(&world, 20);
    world.settle().await;

    assert_eq!(fake.messages(CHANNEL).len(), 1, "{before}");
    assert_eq!(fake.seen(CHANNEL), before, "nothing new, nothing sent");
    assert_eq!(fake.turned_away(CHANNEL), 0);
    assert!(before.contains("🟢 Deployed"), "{before}");
}

#[tokio::test(start_paused = true)]
async fn every_step_of_telling_may_run_twice() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world.account.repeat_steps(true);
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(fake.messages(CHANNEL).len(), 1);
    assert_eq!(world.account.letters().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_call_of_telling_may_fail_and_the_end_is_shown_all_the_same() {
    for name in ["threads.thread", "threads.keep", "threads.reserve", "ledger.record", "chat.say"] {
        for fault in [Fault::Before, Fault::After, Fault::Hang] {
            let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
            let first = std::sync::atomic::AtomicUsize::new(0);
            world.account.calls().disturb(move |call| {
                let times = std::sync::atomic::Ordering::Relaxed;
                (call.name == name && first.fetch_add(1, times).is_multiple_of(7)).then_some(fault)
            });
            world.push("checkout", "v1.1.0", Behaviour::default()).await;
            world.settle().await;

            let (seen, messages) = (fake.seen(CHANNEL), fake.messages(CHANNEL));
            let newest = &messages.last().expect("a message").0;
            let header = newest["blocks"][0]["text"]["text"].as_str().unwrap_or_default();
            assert!(header.contains("Deployed"), "{name} {fault:?}: {seen}");
            // Only an answer of Slack that was lost makes a second message.
            let may = if name == "chat.say" && fault != Fault::Before { 2 } else { 1 };
            assert!(messages.len() <= may, "{name} {fault:?}: {seen}");
            assert_eq!(world.ends("checkout"), [End::Deployed]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_of_an_execution_that_was_stopped_is_taken_over() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world
        .account
        .calls()
        .disturb(|call| (call.name == "chat.say").then_some(Fault::Slow(Duration::from_secs(40))));
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(5)).await;
    for execution in world.running() {
        if execution.identity().machine_name() == "cutover-notification" {
            execution.stop(None, None);
        }
    }
    world.account.calls().leave_undisturbed();
    world.settle().await;

    assert!(fake.seen(CHANNEL).contains("🟢 Deployed"), "{}", fake.seen(CHANNEL));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_somebody_deleted_is_posted_anew() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    fake.delete(CHANNEL);
    world.settle().await;

    let seen = fake.seen(CHANNEL);
    assert_eq!(fake.messages(CHANNEL).len(), 1, "{seen}");
    assert!(seen.contains("🟢 Deployed"), "{seen}");
}

#[tokio::test(start_paused = true)]
async fn a_slack_that_is_down_for_good_touches_no_deployment() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world.account.calls().disturb(|call| (call.name == "chat.say").then_some(Fault::Before));
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed]);
    assert_eq!(fake.seen(CHANNEL), "");
    assert_eq!(world.account.letters().len(), 1, "the letter is written all the same");
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_takes_no_news_holds_up_nothing() {
    let took = async |disturbed: bool| {
        let (mut world, _) = telling(vec![checkout(|_| {})]).await;
        if disturbed {
            world
                .account
                .calls()
                .disturb(|call| (call.name == "bus.publish").then_some(Fault::Hang));
        }
        let began = world.account.now();
        world.image("checkout", "v1.1.0", Behaviour::default());
        let ask = json!({ "service": "checkout", "tag": "v1.1.0" });
        world.account.start("deployment", "checkout-1", ask).expect("a new name");
        loop {
            let record = world.history("checkout").into_iter().next();
            if let Some(outcome) = record.as_ref().and_then(|record| record.outcome()) {
                assert_eq!(outcome.end, End::Deployed);
                return outcome.at.duration_since(began).as_secs();
            }
            world.pass(Duration::from_secs(1)).await;
        }
    };

    let (quiet, disturbed) = (took(false).await, took(true).await);
    assert!(disturbed <= quiet + 10, "{disturbed} s, {quiet} s without");
}
