//! Who is told of what, and when.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::*;

#[tokio::test]
async fn an_event_goes_to_every_target_of_every_rule_that_matches() {
    let (bus, told) = listening();
    bus.put_rule(rule("all", &everything(), &["a", "b"]));
    bus.put_rule(rule("ones", &json!({"detail": {"n": [1]}}), &["c"]));
    bus.put_rule(rule("others", &json!({"source": ["aws.ecs"]}), &["d"]));

    bus.put(event(1));
    bus.put(event(2));
    bus.quiet().await;

    let mut all = told.all();
    all.sort();
    let told = |target: &str, n| (target.to_owned(), n);
    assert_eq!(all, [told("a", 1), told("a", 2), told("b", 1), told("b", 2), told("c", 1)]);
    assert_eq!(bus.counters(), Counters { put: 2, matched: 3, delivered: 5, dead: 0 });
}

#[tokio::test]
async fn a_rule_of_the_same_name_takes_the_place_of_the_old_one() {
    let (bus, told) = listening();
    bus.put_rule(rule("r", &everything(), &["old"]));
    bus.put_rule(rule("r", &everything(), &["new"]));

    bus.put(event(1));
    bus.quiet().await;
    assert_eq!(told.all(), [("new".to_owned(), 1)]);

    assert!(bus.remove_rule("r"));
    assert!(!bus.remove_rule("r"));
    bus.put(event(2));
    bus.quiet().await;
    assert_eq!(told.numbers(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_target_holds_up_neither_the_putter_nor_the_others() {
    let told = Told::default();
    let noting = told.clone();
    let bus = Bus::new(move |target, event| {
        let noting = noting.clone();
        async move {
            if &*target == "slow" {
                sleep(Duration::from_hours(1)).await;
            }
            noting.note(&target, &event);
            Ok(())
        }
    });
    bus.put_rule(rule("r", &everything(), &["slow", "quick"]));
    let began = Instant::now();

    bus.put(event(1));
    assert_eq!(began.elapsed(), Duration::ZERO);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(told.all(), [("quick".to_owned(), 1)]);

    bus.quiet().await;
    assert_eq!(began.elapsed(), Duration::from_hours(1));
    assert_eq!(told.all().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_fails_is_told_again_after_growing_pauses() {
    let (bus, told) = failing(4, Settings::default());
    bus.put_rule(rule("r", &everything(), &["t"]));
    let began = Instant::now();

    bus.put(event(7));
    bus.quiet().await;

    assert_eq!(told.numbers(), [7; 5]);
    assert_eq!(bus.counters().delivered, 1);
    assert!(bus.dead_letters().is_empty());
    // 1, 2, 4 and 8 seconds, each shortened by at most a half.
    let waited = began.elapsed().as_secs_f64();
    assert!((7.5..=15.1).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn tests_can_repeat_drop_delay_and_reorder_events() {
    let (bus, told) = listening();
    bus.put_rule(rule("r", &everything(), &["t"]));
    bus.disturb(|rule, target, event| {
        assert_eq!((rule, target), ("r", "t"));
        match event.detail["n"].as_i64() {
            Some(1) => Disturbance::Delay(Duration::from_secs(5)),
            Some(2) => Disturbance::Twice,
            Some(3) => Disturbance::Drop,
            _ => Disturbance::Once,
        }
    });

    for n in 1..=4 {
        bus.put(event(n));
    }
    bus.quiet().await;
    assert_eq!(told.numbers(), [2, 2, 4, 1]);

    bus.leave_undisturbed();
    bus.put(event(3));
    bus.quiet().await;
    assert_eq!(told.numbers(), [2, 2, 4, 1, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_seed_makes_every_run_the_same() {
    let run = async || {
        let (bus, _) = failing(9, Settings { seed: Some(42), ..Settings::default() });
        bus.put_rule(rule("r", &everything(), &["t"]));
        let began = Instant::now();
        bus.put(event(1));
        bus.quiet().await;
        began.elapsed()
    };

    assert_eq!(run().await, run().await);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_delivered_once_the_bus_is_gone() {
    let (bus, told) = failing(usize::MAX, Settings::default());
    bus.put_rule(rule("r", &everything(), &["t"]));
    bus.put(event(1));
    sleep(Duration::from_millis(1)).await;

    drop(bus);
    sleep(Duration::from_hours(48)).await;

    assert_eq!(told.numbers(), [1]);
}
