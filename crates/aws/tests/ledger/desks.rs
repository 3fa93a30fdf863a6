//! Desks: read as they stand, written once, whatever becomes of the answer.

use std::sync::Arc;

use aws::DynamoDb;
use aws_sdk_dynamodb::types::AttributeValue::S;
use domain::desk::{Deployed, Desk, Liability, Waiter, Watcher};
use domain::name::{Digest, ServiceName};
use domain::pile::Released;
use domain::policy::Height;
use domain::quarantine::{QUARANTINE, Quarantine};
use domain::seconds::Seconds;
use domain::service::WhenBusy;
use domain::signal::Signal;
use jiff::Timestamp;
use tokio::sync::Notify;
use workflow::ports::Ledger;

use crate::account::{Account, TABLE};
use crate::line::Fault;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn service(name: &str) -> ServiceName {
    name.parse().expect("a service name")
}

fn digest(byte: &str) -> Digest {
    format!("sha256:{}", byte.repeat(32)).parse().expect("a digest")
}

fn waiter(name: &str) -> Waiter {
    Waiter {
        deployment: name.parse().expect("a name"),
        title: format!("checkout {name}"),
        height: Height { version: "1.4.2".parse().ok(), pushed_at: NOW },
        explicit: false,
        urgent: false,
        hotfix: false,
        freezes: Vec::new(),
        since: NOW,
        when_busy: WhenBusy::Supersede,
        token: format!("token-{name}").parse().expect("a token"),
    }
}

fn watcher(service: &str) -> Watcher {
    let arn = format!("arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/{service}/1");
    Watcher {
        deployment: service.parse().expect("a name"),
        rollout: arn.parse().expect("an ARN"),
        place: domain::service::Place { cluster: "shop".into(), service: service.into() },
        answered: None,
        hold: None,
        alarms: vec![format!("{service}-5xx")],
        alerts: vec![],
        asks: None,
        token: format!("token-{service}").parse().expect("a token"),
    }
}

/// A desk on which everything lies that may lie on one.
fn full(name: &str) -> Desk {
    let (desk, _) = Desk::new(service(name)).claim(waiter("one"), true, NOW);
    let (desk, _) = desk.claim(waiter("two"), true, NOW);
    let back = Waiter { explicit: true, urgent: true, ..waiter("back") };
    let (desk, _) = desk.claim(back, true, NOW);
    let mut desk = desk.quarantine(Quarantine {
        digest: digest("0b"),
        why: "alarm checkout-5xx rings".into(),
        by: Some("alarm checkout-5xx".into()),
        deployment: None,
        since: NOW,
        until: QUARANTINE.after(NOW),
    });
    desk.watcher = Some(watcher(name));
    let deployed = Deployed {
        deployment: "zero".parse().expect("a name"),
        digest: digest("0a"),
        tag: "v1.4.2".parse().ok(),
        blue: Some(digest("09")),
        height: waiter("zero").height,
        liability: Some(Liability {
            began: NOW,
            until: Seconds::minutes(60).after(NOW),
            alarms: vec!["checkout-5xx".into()],
            alerts: vec![],
            hold: None,
        }),
    };
    let release = Released {
        digest: deployed.digest.clone(),
        tag: deployed.tag.clone(),
        deployment: Some(deployed.deployment.clone()),
        height: Some(deployed.height.clone()),
    };
    desk.releases.put(release, deployed.blue.as_ref(), false);
    desk.deployed = Some(deployed);
    desk
}

async fn write(ledger: &DynamoDb, desk: Desk) -> bool {
    ledger.replace(desk).await.expect("an answer")
}

#[tokio::test]
async fn a_desk_comes_back_as_it_was_written_one_version_on() {
    let account = Account::new().await;
    let ledger = account.ledger();
    let empty = ledger.desk(&service("checkout")).await.expect("a desk");
    assert_eq!(empty, Desk::new(service("checkout")));

    assert!(write(&ledger, full("checkout")).await);
    let first = ledger.desk(&service("checkout")).await.expect("a desk");
    assert!(write(&ledger, first.clone()).await);
    let second = ledger.desk(&service("checkout")).await.expect("a desk");

    assert_eq!(first, Desk { version: 1, ..full("checkout") });
    assert_eq!(second, Desk { version: 2, ..full("checkout") });
}

#[tokio::test]
async fn of_two_who_decided_on_one_version_one_writes() {
    let account = Account::new().await;
    let ledger = account.ledger();

    assert!(write(&ledger, full("checkout")).await, "nothing stood there");
    assert!(!write(&ledger, full("checkout")).await, "it was decided on an empty desk");
    let stands = ledger.desk(&service("checkout")).await.expect("a desk");
    let (one, two) = (write(&ledger, stands.clone()), write(&ledger, stands.clone()));
    let (one, two) = tokio::join!(one, two);

    assert!(one ^ two, "the bodies were the same, and one of them was written: {one}, {two}");
    // A desk that somebody deleted was not decided on either.
    let gone = Desk { version: 7, ..Desk::new(service("catalog")) };
    assert!(!write(&ledger, gone).await);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_told_as_written() {
    for fault in [Fault::Lost, Fault::Torn] {
        let account = Account::new().await;
        let ledger = account.ledger();
        account.line.fails_at("UpdateItem", vec![fault.clone()]);

        assert!(write(&ledger, full("checkout")).await, "{fault:?}");

        let desk = ledger.desk(&service("checkout")).await.expect("a desk");
        assert_eq!((desk.version, account.line.tries("UpdateItem")), (1, 2), "{fault:?}");
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_told_as_written_also_when_others_wrote_since() {
    let account = Account::new().await;
    let ledger = account.ledger();
    let (done, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    account.line.fails_at("UpdateItem", vec![Fault::Held(done.clone(), go_on.clone())]);

    let ours = tokio::spawn({
        let ledger = ledger.clone();
        async move { write(&ledger, full("checkout")).await }
    });
    done.notified().await;
    for _ in 0..31 {
        let desk = ledger.desk(&service("checkout")).await.expect("a desk");
        assert!(write(&ledger, desk).await, "somebody else's");
    }
    go_on.notify_one();

    assert!(ours.await.expect("an answer"), "it was written before all of these");
    let desk = ledger.desk(&service("checkout")).await.expect("a desk");
    assert_eq!(desk.version, 32);
}

#[tokio::test]
async fn a_write_that_was_overtaken_is_not_taken_for_written() {
    let account = Account::new().await;
    let ledger = account.ledger();
    // The first try never arrives, and somebody else writes the very same before the second.
    let (cut, other) = (Arc::new(Notify::new()), ledger.clone());
    let mut first = Some(cut.clone());
    account.line.fails(move |call| match (call.operation.as_str(), first.take()) {
        ("UpdateItem", Some(cut)) => {
            cut.notify_one();
            Fault::Silence
        }
        (_, kept) => {
            first = kept;
            Fault::None
        }
    });

    let ours = tokio::spawn(async move { write(&ledger, full("checkout")).await });
    cut.notified().await;
    assert!(write(&other, full("checkout")).await, "the other one was there first");

    assert!(!ours.await.expect("an answer"), "what stands is the other's, though it is the same");
}

#[tokio::test]
async fn a_call_that_is_turned_away_is_tried_again_and_then_told_by_name() {
    let account = Account::new().await;
    let ledger = account.ledger();
    let busy = Fault::Says(400, "ProvisionedThroughputExceededException", "slow down");
    let broken = Fault::Says(500, "InternalServerError", "try again");

    account.line.fails_at("GetItem", vec![busy.clone(), broken.clone()]);
    assert!(ledger.desk(&service("checkout")).await.is_ok(), "the third try went through");

    for (faults, name, says) in [
        (vec![busy.clone(), busy.clone(), busy], "Unavailable", "slow down"),
        (vec![broken.clone(), broken.clone(), broken], "Unavailable", "try again"),
        (vec![Fault::Cut, Fault::Cut, Fault::Cut], "Unavailable", "the connection was cut"),
        (vec![Fault::Silence, Fault::Silence, Fault::Silence], "Unavailable", "timed out"),
        (
            vec![Fault::Torn, Fault::Torn, Fault::Torn],
            "Unavailable",
            "could not read the desk of checkout",
        ),
        (vec![Fault::Garbled], "Unavailable", "could not read the desk of checkout"),
        (
            vec![Fault::Says(400, "ResourceNotFoundException", "no such table")],
            "Refused",
            "could not read the desk of checkout: ResourceNotFoundException: no such table",
        ),
        (
            vec![Fault::Says(400, "AccessDeniedException", "not yours")],
            "Refused",
            "could not read the desk of checkout: AccessDeniedException: not yours",
        ),
    ] {
        account.line.fails_at("GetItem", faults);
        let failure = ledger.desk(&service("checkout")).await.expect_err(says);
        assert_eq!(failure.name(), name, "{failure}");
        assert!(failure.to_string().contains(says), "{failure}");
    }
}

#[tokio::test]
async fn whom_a_signal_concerns_is_found_among_all_desks_as_they_stand() {
    let account = Account::new().await;
    let ledger = account.ledger();
    account.line.pages_of(2);
    for name in ["a", "b", "c", "d", "e"] {
        assert!(write(&ledger, full(name)).await);
    }
    let mut asleep = Desk::new(service("f"));
    asleep.deployed = full("f").deployed;
    assert!(write(&ledger, asleep).await);

    let found = ledger.watchers(&Signal::Hook(watcher("e").rollout)).await.expect("watchers");
    assert_eq!(found, [watcher("e")]);
    let found = ledger.watchers(&Signal::Hook(watcher("c").rollout)).await.expect("watchers");
    assert_eq!(found, [watcher("c")]);
    let found = ledger.watchers(&Signal::Hook(watcher("f").rollout)).await.expect("watchers");
    assert_eq!(found, []);

    let queries = account.line.calls().into_iter().filter(|call| call.operation == "Query");
    let consistent = queries.filter(|query| query.body["ConsistentRead"] == true).count();
    assert_eq!(consistent, 3 * 3, "six desks in pages of two, asked three times");
}

#[tokio::test]
async fn a_desk_that_cannot_be_read_is_told_and_keeps_nobody_else_asleep() {
    let account = Account::new().await;
    let ledger = account.ledger();
    assert!(write(&ledger, full("checkout")).await);
    account
        .dynamodb
        .put_item()
        .table_name(TABLE)
        .item("pk", S("desk".into()))
        .item("sk", S("broken".into()))
        .item("body", S(r#"{"service":"broken"}"#.into()))
        .send()
        .await
        .expect("put");

    let found =
        ledger.watchers(&Signal::Hook(watcher("checkout").rollout)).await.expect("watchers");
    assert_eq!(found, [watcher("checkout")]);

    let failure = ledger.desk(&service("broken")).await.expect_err("it cannot be read");
    assert_eq!(failure.name(), "Invalid");
    assert!(
        failure.to_string().starts_with(
            "the desk of broken in the ledger cannot be read: missing field `version`"
        ),
        "{failure}"
    );
}
