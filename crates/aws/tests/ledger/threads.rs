//! What was told, and the seconds of a channel: each given to one.

use std::collections::BTreeSet;

use domain::seconds::Seconds;
use domain::telling::{Medium, Thread};
use futures_util::future::join_all;
use jiff::Timestamp;
use workflow::ports::Threads;

use crate::account::Account;
use crate::line::Fault;

const CHANNEL: &str = "C0DEPLOYS";

fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).expect("a moment")
}

fn thread() -> Thread {
    Thread::new("checkout-1".parse().expect("a name"), Medium::Slack)
}

#[tokio::test]
async fn a_thread_is_written_once_and_read_as_it_was_written() {
    let ledger = Account::new().await.ledger();
    let deployment = thread().deployment;
    assert_eq!(ledger.thread(&deployment, Medium::Slack).await, Ok(thread()));

    let mine = Thread { message: Some("1.2".into()), ..thread() }.given("one", now(), true);
    assert_eq!(ledger.keep(mine.clone()).await, Ok(true));
    assert_eq!(ledger.keep(thread().given("two", now(), true)).await, Ok(false), "too late");
    let written = Thread { version: 1, ..mine };
    assert_eq!(ledger.thread(&deployment, Medium::Slack).await, Ok(written.clone()));
    assert_eq!(ledger.keep(written.clone().free()).await, Ok(true));
    assert_eq!(ledger.keep(written).await, Ok(false), "somebody wrote since");

    let letter = ledger.thread(&deployment, Medium::Mail).await.expect("a thread");
    assert_eq!(letter.version, 0, "another medium has a thread of its own");
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_known_as_done() {
    let account = Account::new().await;
    let ledger = account.ledger();
    account.line.fails_at("UpdateItem", vec![Fault::Lost]);

    assert_eq!(ledger.keep(thread()).await, Ok(true));
}

#[tokio::test]
async fn many_who_ask_at_once_have_a_second_each() {
    let account = Account::new().await;
    let ledgers: Vec<_> = (0..50).map(|_| account.ledger()).collect();

    let asked = ledgers.iter().map(|ledger| ledger.reserve(CHANNEL, now()));
    let seconds: Result<BTreeSet<_>, _> = join_all(asked).await.into_iter().collect();

    let expected = (0..50).map(|second| Seconds(second).after(now())).collect();
    assert_eq!(seconds, Ok(expected));
}

#[tokio::test]
async fn a_channel_that_was_left_alone_takes_a_message_at_once() {
    let ledger = Account::new().await.ledger();
    let later = |seconds| Seconds(seconds).after(now());

    assert_eq!(ledger.reserve(CHANNEL, now()).await, Ok(now()));
    assert_eq!(ledger.reserve(CHANNEL, now()).await, Ok(later(1)));
    assert_eq!(ledger.reserve(CHANNEL, later(60)).await, Ok(later(60)));
    assert_eq!(ledger.reserve("C0OTHERS", now()).await, Ok(now()));

    assert_eq!(ledger.hold_off(CHANNEL, later(90)).await, Ok(()));
    assert_eq!(ledger.hold_off(CHANNEL, later(80)).await, Ok(()), "it is held off longer already");
    assert_eq!(ledger.reserve(CHANNEL, later(62)).await, Ok(later(90)));
}
