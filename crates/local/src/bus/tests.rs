//! What the bus promises to those who put events on it and those who are told.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::*;

/// Who was told of which event (its `detail.n`), in the order they were told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, i64)>>>);

impl Told {
    fn note(&self, target: &str, event: &Event) {
        self.0.lock().push((target.to_owned(), event.detail["n"].as_i64().unwrap_or(-1)));
    }

    fn all(&self) -> Vec<(String, i64)> {
        self.0.lock().clone()
    }

    fn numbers(&self) -> Vec<i64> {
        self.all().into_iter().map(|(_, n)| n).collect()
    }
}

fn event(n: i64) -> Event {
    Event::new("test", "Counted", Timestamp::UNIX_EPOCH, json!({"n": n}))
}

fn rule(name: &str, pattern: &Value, targets: &[&str]) -> Rule {
    Rule::new(name, Pattern::read(pattern).unwrap(), targets.iter().copied())
}

fn everything() -> Value {
    json!({"source": ["test"]})
}

fn listening() -> (Bus, Told) {
    let told = Told::default();
    let noting = told.clone();
    let bus = Bus::new(move |target, event| {
        noting.note(&target, &event);
        async { Ok(()) }
    });
    (bus, told)
}

/// A bus whose targets fail as often as told before they succeed.
fn failing(times: usize, settings: Settings) -> (Bus, Told) {
    let told = Told::default();
    let noting = told.clone();
    let bus = Bus::with(settings, move |target, event| {
        noting.note(&target, &event);
        let tries = noting.0.lock().len();
        async move { if tries > times { Ok(()) } else { Err(format!("try {tries} failed")) } }
    });
    (bus, told)
}

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
async fn what_is_never_taken_becomes_a_dead_letter_after_185_retries() {
    let (bus, told) = failing(usize::MAX, Settings::default());
    bus.put_rule(rule("r", &everything(), &["t"]));

    bus.put(event(7));
    bus.quiet().await;

    assert_eq!(told.numbers().len(), 186);
    assert_eq!(bus.counters(), Counters { put: 1, matched: 1, delivered: 0, dead: 1 });
    let letters = bus.dead_letters();
    let letter = serde_json::to_value(&letters[0]).unwrap();
    assert_eq!(letter["RULE"], "r");
    assert_eq!(letter["TARGET"], "t");
    assert_eq!(letter["RETRY_ATTEMPTS"], 185);
    assert_eq!(letter["ERROR_MESSAGE"], "try 186 failed");
    assert_eq!(letter["EXHAUSTED_RETRY_CONDITION"], "MaximumRetryAttempts");
    assert_eq!(letter["EVENT"]["detail"]["n"], 7);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_grows_too_old_becomes_a_dead_letter() {
    let retries = Retries { age: Duration::from_mins(1), ..Retries::default() };
    let (bus, _) = failing(usize::MAX, Settings { retries, ..Settings::default() });
    bus.put_rule(rule("r", &everything(), &["t"]));
    let began = Instant::now();

    bus.put(event(7));
    bus.quiet().await;

    assert!(began.elapsed() <= Duration::from_mins(1));
    let letters = bus.dead_letters();
    assert_eq!(letters[0].exhausted_retry_condition, Exhausted::MaximumEventAgeInSeconds);
}

#[tokio::test(start_paused = true)]
async fn a_target_may_have_retries_of_its_own() {
    let (bus, told) = failing(usize::MAX, Settings::default());
    let never = Retries { most: 0, ..Retries::default() };
    let target = Target { retries: Some(never), ..Target::from("t") };
    bus.put_rule(Rule::new("r", Pattern::read(&everything()).unwrap(), [target]));

    bus.put(event(1));
    bus.quiet().await;

    assert_eq!(told.numbers(), [1]);
    assert_eq!(bus.dead_letters()[0].retry_attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_can_be_delivered_again_or_taken_out() {
    let never = Retries { most: 0, ..Retries::default() };
    let (bus, told) = failing(3, Settings { retries: never, ..Settings::default() });
    bus.put_rule(rule("r", &everything(), &["t"]));
    for n in 1..=3 {
        bus.put(event(n));
    }
    bus.quiet().await;
    let ids: Vec<u64> = bus.dead_letters().iter().map(|letter| letter.id).collect();
    assert_eq!(ids, [1, 2, 3]);

    assert_eq!(bus.take(1).unwrap().event.detail["n"], 1);
    assert!(bus.take(1).is_none());
    assert!(bus.redrive(2));
    assert!(!bus.redrive(2));
    assert_eq!(bus.redrive_all(), 1);
    bus.quiet().await;

    assert_eq!(told.numbers(), [1, 2, 3, 2, 3]);
    assert!(bus.dead_letters().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_the_newest_dead_letters_are_kept() {
    let never = Retries { most: 0, ..Retries::default() };
    let settings = Settings { retries: never, dead_letters: 2, ..Settings::default() };
    let (bus, _) = failing(usize::MAX, settings);
    bus.put_rule(rule("r", &everything(), &["t"]));
    for n in 1..=3 {
        bus.put(event(n));
    }
    bus.quiet().await;

    let kept: Vec<_> = bus.dead_letters().iter().map(|l| l.event.detail["n"].clone()).collect();
    assert_eq!(kept, [2, 3]);
    assert_eq!(bus.counters().dead, 3);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_panics_has_failed_like_any_other() {
    let never = Retries { most: 1, ..Retries::default() };
    let settings = Settings { retries: never, ..Settings::default() };
    let bus = Bus::with(settings, |target: Arc<str>, _| {
        assert!(&*target != "at once", "at once");
        async move { panic!("later") }
    });
    bus.put_rule(rule("r", &everything(), &["at once", "later"]));

    bus.put(event(1));
    bus.quiet().await;

    assert_eq!(bus.dead_letters().len(), 2);
    assert_eq!(bus.dead_letters()[0].error_message, "the target panicked");
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

#[test]
fn an_event_is_written_and_read_with_the_names_of_aws() {
    let id = Uuid::from_u128(7);
    let event = event(1).with_id(id).about(["arn:aws:ecs:local:000000000000:service/a/b"]);
    let written = serde_json::to_value(&event).unwrap();

    assert_eq!(
        written,
        json!({
            "version": "0",
            "id": "00000000-0000-0000-0000-000000000007",
            "detail-type": "Counted",
            "source": "test",
            "account": "000000000000",
            "time": "1970-01-01T00:00:00Z",
            "region": "local",
            "resources": ["arn:aws:ecs:local:000000000000:service/a/b"],
            "detail": {"n": 1},
        })
    );
    assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
}

#[test]
fn a_pattern_sees_an_event_as_it_sees_its_json() {
    let event = event(1).about(["arn:one", "arn:two"]);
    let json = serde_json::to_value(&event).unwrap();
    let patterns = [
        json!({"version": ["0"]}),
        json!({"id": [event.id.to_string()]}),
        json!({"detail-type": ["Counted"], "source": ["test"]}),
        json!({"account": [{"wildcard": "0*0"}], "region": ["local"]}),
        json!({"time": [{"prefix": "1970-01-01T"}]}),
        json!({"resources": ["arn:two"]}),
        json!({"detail": {"n": [1]}}),
        json!({"resources": {"a": [{"exists": false}]}, "nothing": [{"exists": false}]}),
        json!({"resources": ["arn:three"]}),
        json!({"source": {"a": ["test"]}}),
        json!({"detail": [{"exists": true}]}),
    ];

    let answers: Vec<bool> = patterns
        .iter()
        .map(|pattern| {
            let pattern = Pattern::read(pattern).unwrap();
            assert_eq!(pattern.matches(&event), pattern.matches_json(&json), "{pattern:?}");
            pattern.matches(&event)
        })
        .collect();
    assert_eq!(answers, [true, true, true, true, true, true, true, true, false, false, false]);
}
