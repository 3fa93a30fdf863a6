//! When a target is told no more, and what becomes of the event.

use std::time::Duration;

use tokio::time::Instant;

use super::*;

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
    assert_eq!(letters[0].exhausted_retry_condition, Some(Exhausted::MaximumEventAgeInSeconds));
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
async fn what_could_not_be_read_is_kept_until_someone_can() {
    let (bus, told) = listening();

    bus.bury(event(5), "receive", "package.name: is missing");
    bus.quiet().await;
    let letter = serde_json::to_value(&bus.dead_letters()[0]).unwrap();
    assert_eq!(letter["TARGET"], "receive");
    assert_eq!(letter["ERROR_MESSAGE"], "package.name: is missing");
    assert_eq!(letter.get("EXHAUSTED_RETRY_CONDITION"), None);
    assert!(told.all().is_empty());

    assert_eq!(bus.redrive_all(), 1);
    bus.quiet().await;
    assert_eq!(told.all(), [("receive".to_owned(), 5)]);
}
