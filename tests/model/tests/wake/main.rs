//! Watch and resume: an execution that sleeps until its rollout needs it, in every order there is.
//!
//! What decides is `domain` as it is deployed: `Desk::watch`, `Watcher::heeds`, `Watch::is_news`,
//! `RolloutState::progress`. What is around it is modelled here, to these bounds: a rollout with two
//! pauses, each of which ECS may show as waiting for a moment after it was answered; at most two
//! events of its hooks and two of its service on their way at once, each of which may be doubled,
//! late or lost; at most two calls of `resume` under way. The execution may be stopped once, wherever
//! it is, and is then recovered, which goes back. Everything else happens as often as it likes: calls
//! fail, timeouts end, pauses bake, events of others come.
//!
//! Each other test breaks one decision, or the world around it, and sees that it is noticed.

mod account;
mod action;
mod rules;
mod wake;
mod world;

use domain::desk::{Desk, Watcher};
use domain::signal::Signal;
use model::{FOR_EVER, explore, report};

use crate::rules::{ASLEEP, Flaw, Rules, STALE, TWICE};
use crate::wake::Wake;

/// What breaks under these rules.
fn broken(rules: Rules) -> &'static str {
    explore(&Wake::new(rules)).expect_err("a counterexample").broken
}

#[test]
fn no_pause_is_slept_through_in_any_order_where_no_event_is_lost() {
    match explore(&Wake::new(Rules::deployed())) {
        Ok(explored) => report(explored, "watch and resume, no event lost"),
        Err(counterexample) => panic!("{counterexample}"),
    }
}

#[test]
fn every_execution_comes_to_its_end_in_any_order_whichever_events_are_lost() {
    match explore(&Wake::new(Rules::deployed().losing())) {
        Ok(explored) => report(explored, "watch and resume, events lost"),
        Err(counterexample) => panic!("{counterexample}"),
    }
}

#[test]
fn a_watcher_that_looks_first_sleeps_through_the_pause() {
    let found = explore(&Wake::new(Rules::with(Flaw::LooksFirst))).expect_err("a counterexample");

    let story = [
        "watch looks for itself",
        "the rollout moves on, and tells",
        "resume hears of a hook, and reads whom to wake",
        "watch writes down whom to wake",
        "the execution slept long enough",
    ];
    assert_eq!((found.broken, found.story), (ASLEEP, story.map(String::from).to_vec()));
}

#[test]
fn a_watcher_that_does_not_look_itself_sleeps_through_the_pause() {
    assert_eq!(broken(Rules { is_news: |_, _| false, ..Rules::deployed() }), ASLEEP);
}

#[test]
fn a_watcher_that_does_not_listen_to_hooks_sleeps_through_the_pause() {
    let heeds = |watcher: &Watcher, signal: &Signal| match signal {
        Signal::Hook(_) => false,
        Signal::Service(_) => watcher.heeds(signal),
    };

    assert_eq!(broken(Rules { heeds, ..Rules::deployed() }), ASLEEP);
}

#[test]
fn a_desk_that_keeps_the_first_watcher_lets_the_next_sleep_through_the_pause() {
    let watch = |desk: Desk, watcher, now| match desk.watcher {
        None => desk.watch(None, watcher, now),
        Some(_) => desk,
    };

    assert_eq!(broken(Rules { watch, ..Rules::deployed() }), ASLEEP);
}

/// Why all desks stand under one key of the ledger, where reading is strongly consistent.
#[test]
fn a_resume_that_reads_an_index_lets_it_sleep_through_the_pause() {
    assert_eq!(broken(Rules::with(Flaw::ReadsLate)), ASLEEP);
}

#[test]
fn a_recovery_that_begins_at_once_is_overwritten_by_a_late_call_and_sleeps_on() {
    assert_eq!(broken(Rules::with(Flaw::RecoversAtOnce)), ASLEEP);
}

#[test]
fn who_sleeps_without_a_timeout_may_sleep_for_ever() {
    assert_eq!(broken(Rules::with(Flaw::NeverTimesOut).losing()), FOR_EVER);
}

#[test]
fn a_stale_token_must_not_wake_who_sleeps_now() {
    assert_eq!(broken(Rules::with(Flaw::WakesWhoever)), STALE);
}

#[test]
fn a_token_must_not_be_answered_twice() {
    assert_eq!(broken(Rules::with(Flaw::HearsTwice)), TWICE);
}
