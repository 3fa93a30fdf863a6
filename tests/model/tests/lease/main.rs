//! Claim, supersede, release: three deployments of one service, in every order there is.
//!
//! What decides is `domain::desk` as it is deployed. What is around it is modelled here: the ledger
//! with its conditional write, the calls of the steps, callbacks, and recoveries. There are three
//! deployments: a push, a newer push, and a release older than both that a person asked for. Each
//! may be stopped once, wherever it is, and is then recovered. Everything else happens as often as
//! it likes: calls fail, answers to writes are lost, callbacks are not heard, who waits asks again,
//! holders renew and proceed, and the length of a lease passes. The states are finite all the same,
//! because what nobody can tell apart any more is one state (`World`, and `Order::Tidy`).
//!
//! Two things are taken for granted, as the timeouts in the state machines have it.
//! A call that moves traffic ends before the lease does that it made sure of: 60 s against 30 min.
//! And it begins with a lease that has not run out: `Watch` renews it, and `Judge` and `Proceed`,
//! tried again as often as they may, take less than 20 min after it.
//! [`a_call_that_outlasts_its_lease_moves_traffic_without_one`] shows that this is needed.
//!
//! Each other test breaks one decision, or the world around it, and sees that it is noticed.

mod action;
mod desks;
mod lease;
mod promises;
mod rules;
mod world;

use domain::desk::{Claimed, Desk, Next, Waiter};
use model::{FOR_EVER, explore, report};

use crate::lease::Lease;
use crate::promises::Promise;
use crate::rules::{ASKED, Flaw, Rules};

/// Which promise breaks under these rules.
fn broken(rules: Rules) -> &'static str {
    explore(&Lease::new(rules)).expect_err("a counterexample").broken
}

#[test]
fn one_holder_growing_tokens_and_an_end_for_everyone_in_every_order() {
    let explored = explore(&Lease::new(Rules::deployed()));

    match explored {
        Ok(explored) => report(explored, "claim, supersede and release"),
        Err(counterexample) => panic!("{counterexample}"),
    }
}

#[test]
fn a_claim_that_ignores_the_holder_robs_it() {
    let rules = Rules {
        claim: |desk, claim, _, now| Desk { lease: None, ..desk }.claim(claim, false, now),
        ..Rules::deployed()
    };

    assert_eq!(broken(rules), Promise::NoneIsRobbed.broken());
}

#[test]
fn a_claim_that_ignores_whether_the_holder_runs_robs_it() {
    let rules =
        Rules { claim: |desk, claim, _, now| desk.claim(claim, false, now), ..Rules::deployed() };

    assert_eq!(broken(rules), Promise::NoneIsRobbed.broken());
}

/// Two lines of defence: a robbed holder moves no traffic, because of the fencing token.
#[test]
fn who_was_robbed_moves_traffic_only_if_nobody_looks_at_the_token() {
    let robbing =
        Rules { claim: |desk, claim, _, now| desk.claim(claim, false, now), ..Rules::deployed() };
    let unfenced = Rules { honours: |_, _| true, ..robbing };
    let acts = &[Promise::OneActs];

    assert!(explore(&Lease::promising(robbing, acts).without(ASKED)).is_ok());
    let found = explore(&Lease::promising(unfenced, acts).without(ASKED)).expect_err("no fence");
    assert_eq!(found.broken, Promise::OneActs.broken());
}

#[test]
fn a_fence_that_asks_only_for_some_lease_lets_two_move_traffic() {
    let rules = Rules {
        claim: |desk, claim, _, now| desk.claim(claim, false, now),
        honours: |desk, _| desk.lease.is_some(),
        ..Rules::deployed()
    };

    let found =
        explore(&Lease::promising(rules, &[Promise::OneActs])).expect_err("a fence for all");
    assert_eq!(found.broken, Promise::OneActs.broken());
}

#[test]
fn a_ledger_that_writes_blindly_forgets_a_holder() {
    assert_eq!(broken(Rules::with(Flaw::WritesBlindly)), Promise::TokensGrow.broken());
}

#[test]
fn what_is_known_of_one_holder_is_not_true_of_the_next() {
    let rules = Rules { holder_may_run: |_, gone| gone.is_none(), ..Rules::deployed() };

    assert_eq!(broken(rules), Promise::NoneIsRobbed.broken());
}

#[test]
fn tokens_that_begin_again_with_each_lease_do_not_fence() {
    let rules = Rules {
        release: |desk, deployment, deployed, now| {
            Desk { token: 0, ..desk }.release(deployment, deployed, now)
        },
        ..Rules::deployed()
    };

    assert_eq!(broken(rules), Promise::TokensGrow.broken());
}

#[test]
fn a_queue_that_lets_the_last_one_in_loses_the_newer_push() {
    let rules = Rules {
        claim: |mut desk, claim, holder_runs, now| {
            let earlier = desk.waiting.take_if(|other| other.deployment != claim.deployment);
            let (desk, claimed) = desk.claim(claim, holder_runs, now);
            match claimed {
                Claimed::Parked { frozen, .. } => {
                    (desk, Claimed::Parked { superseded: earlier, frozen })
                }
                granted => (desk, granted),
            }
        },
        ..Rules::deployed()
    };

    let found = explore(&Lease::promising(rules, &[Promise::TheNewerWaits]));
    assert_eq!(found.expect_err("a queue without order").broken, Promise::TheNewerWaits.broken());
}

#[test]
fn a_queue_that_goes_by_age_alone_loses_what_a_person_asked_for() {
    let rules = Rules {
        claim: |mut desk, claim, holder_runs, now| {
            desk.waiting = desk.waiting.map(|other| Waiter { explicit: false, ..other });
            desk.claim(claim, holder_runs, now)
        },
        ..Rules::deployed()
    };

    assert_eq!(broken(rules), Promise::TheAskedWaits.broken());
}

/// `release` tells who was overtaken; if that is not heard, `check` still knows.
#[test]
fn a_check_that_is_blind_to_what_was_deployed_goes_backwards() {
    let rules = Rules { behind: |_, _, _| None, ..Rules::deployed() };

    assert_eq!(broken(rules), Promise::NeverBackwards.broken());
}

#[test]
fn a_release_that_leaves_its_own_request_waiting_leaves_the_desk_in_disorder() {
    let rules = Rules {
        release: |desk, deployment, deployed, now| {
            let waiting = desk.waiting.clone();
            match desk.release(deployment, deployed, now) {
                (desk, Next::Nobody) => (Desk { waiting, ..desk }, Next::Nobody),
                other => other,
            }
        },
        ..Rules::deployed()
    };

    assert_eq!(broken(rules), Promise::TheDeskIsClear.broken());
}

#[test]
fn who_waits_without_a_timeout_may_wait_for_ever() {
    assert_eq!(broken(Rules::with(Flaw::NeverAsksAgain)), FOR_EVER);
}

#[test]
fn a_recovery_that_begins_at_once_lets_traffic_be_moved_without_the_lease() {
    let rules = Rules::with(Flaw::RecoversAtOnce);
    assert_eq!(broken(rules), Promise::OneActs.broken());

    // And a claim that was under way is granted to nobody.
    let found = explore(&Lease::promising(rules, &[Promise::TheDeskIsClear]));
    assert_eq!(found.expect_err("a late claim").broken, Promise::TheDeskIsClear.broken());
}

#[test]
fn a_call_that_outlasts_its_lease_moves_traffic_without_one() {
    assert_eq!(broken(Rules::with(Flaw::OutlastsItsLease)), Promise::OneActs.broken());
}
