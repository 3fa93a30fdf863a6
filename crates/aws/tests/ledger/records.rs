//! Records: entries in the order in which they were written, each once, none lost.

use aws::DynamoDb;
use domain::Failure;
use domain::name::{DeploymentId, HookId, ServiceName};
use domain::record::{Entry, Record};
use jiff::Timestamp;
use workflow::ports::Ledger;

use crate::account::{Account, TABLE};
use crate::line::Fault;

fn id(name: &str) -> DeploymentId {
    name.parse().expect("a name")
}

fn checkout() -> ServiceName {
    "checkout".parse().expect("a service name")
}

fn proceeded(hook: &str) -> Entry {
    Entry::Proceeded { hook: hook.parse::<HookId>().expect("an id") }
}

fn registered(revision: u32) -> Entry {
    let arn = format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/checkout:{revision}");
    Entry::Registered { task_definition: arn.parse().expect("an ARN") }
}

async fn append(ledger: &DynamoDb, name: &str, entry: Entry) -> Result<(), Failure> {
    ledger.append(&id(name), &checkout(), entry).await
}

async fn record(ledger: &DynamoDb, name: &str) -> Record {
    ledger.record(&id(name)).await.expect("an answer").expect("a record")
}

fn entries(record: &Record) -> Vec<Entry> {
    record.entries.iter().map(|dated| dated.entry.clone()).collect()
}

#[tokio::test]
async fn a_record_is_read_in_the_order_of_writing_and_has_each_entry_once() {
    let account = Account::new().await;
    account.line.pages_of(3);
    let ledger = account.ledger();
    assert_eq!(ledger.record(&id("one")).await.expect("an answer"), None);

    let mut written = vec![registered(7)];
    written.extend((0..11).map(|hook| proceeded(&format!("hook-{hook}"))));
    for entry in &written {
        append(&ledger, "one", entry.clone()).await.expect("appended");
    }
    append(&ledger, "one", proceeded("hook-3")).await.expect("it stands there");
    append(&ledger, "other", registered(8)).await.expect("appended");

    let found = record(&ledger, "one").await;
    assert_eq!(entries(&found), written);
    assert_eq!((found.deployment, found.service), (id("one"), checkout()));
}

#[tokio::test]
async fn an_entry_whose_answer_was_lost_stands_once() {
    let account = Account::new().await;
    let ledger = account.ledger();
    append(&ledger, "one", registered(7)).await.expect("appended");

    let busy = Fault::Says(400, "ThrottlingException", "slow down");
    for (place, faults) in
        [vec![Fault::Lost], vec![Fault::Torn], vec![busy, Fault::Lost]].into_iter().enumerate()
    {
        account.line.fails_at("PutItem", faults);
        append(&ledger, "one", proceeded(&format!("hook-{place}"))).await.expect("appended");
    }

    let written = [registered(7), proceeded("hook-0"), proceeded("hook-1"), proceeded("hook-2")];
    assert_eq!(entries(&record(&ledger, "one").await), written);
}

#[tokio::test]
async fn a_step_that_gave_up_after_its_effect_may_append_again() {
    let account = Account::new().await;
    let ledger = account.ledger();
    account.line.fails_at("PutItem", vec![Fault::Lost, Fault::Cut, Fault::Cut]);

    let failure = append(&ledger, "one", registered(7)).await.expect_err("no answer came");
    append(&ledger, "one", registered(7)).await.expect("it stands there");

    assert_eq!(failure.name(), "Unavailable");
    let says = "could not append \"registered\" to the record of one";
    assert!(failure.to_string().contains(says), "{failure}");
    assert_eq!(entries(&record(&ledger, "one").await), [registered(7)]);
}

#[tokio::test]
async fn of_many_who_append_at_once_nobody_is_lost_and_nothing_stands_twice() {
    let account = Account::new().await;
    let ledger = account.ledger();

    // Each entry is written by two at once, as two executions of one step would.
    let writers: Vec<_> = (0..24)
        .map(|writer| {
            let ledger = ledger.clone();
            tokio::spawn(async move {
                let entry = proceeded(&format!("hook-{}", writer / 2));
                loop {
                    match append(&ledger, "one", entry.clone()).await {
                        Ok(()) => break,
                        Err(failure) => assert_eq!(failure.name(), "Busy", "{failure}"),
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("it wrote");
    }

    let mut keys: Vec<_> = entries(&record(&ledger, "one").await).iter().map(Entry::key).collect();
    assert_eq!(keys.len(), 12, "{keys:?}");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 12, "{keys:?}");
}

#[tokio::test]
async fn who_finds_every_place_taken_is_told_to_come_back() {
    let account = Account::new().await;
    let ledger = account.ledger();
    let taken =
        Fault::Says(400, "ConditionalCheckFailedException", "The conditional request failed");
    account.line.fails_at("PutItem", vec![taken; 10]);

    let failure = append(&ledger, "one", registered(7)).await.expect_err("it never had a place");

    assert_eq!(failure, Failure::Busy("the record of one is written to all the time".into()));
    assert_eq!(account.line.tries("PutItem"), 10);
}

#[tokio::test]
async fn an_entry_that_is_too_large_is_told_by_its_name_and_the_record_stays_as_it_was() {
    let account = Account::new().await;
    let ledger = account.ledger();
    append(&ledger, "one", registered(7)).await.expect("appended");
    // The emulator takes items of any size; these are DynamoDB's words for one above 400 KB.
    let too_large = "Item size has exceeded the maximum allowed size";
    account.line.fails_at("PutItem", vec![Fault::Says(400, "ValidationException", too_large)]);

    let failure = append(&ledger, "one", proceeded("hook-1")).await.expect_err("too large");

    let says = format!("could not append \"proceeded-hook-1\" to the record of one: {too_large}");
    assert_eq!(failure, Failure::Invalid(says));
    assert_eq!(entries(&record(&ledger, "one").await), [registered(7)]);
}

#[tokio::test]
async fn history_is_the_newest_deployments_of_a_service_newest_first() {
    let account = Account::new().await;
    account.line.pages_of(2);
    let ledger = account.ledger();
    for name in ["one", "two", "three", "four"] {
        append(&ledger, name, registered(7)).await.expect("appended");
        append(&ledger, name, proceeded("hook")).await.expect("appended");
        // Within one millisecond it is their names that order them.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let catalog = "catalog".parse().expect("a service name");
    ledger.append(&id("other"), &catalog, registered(9)).await.expect("appended");

    let newest = |found: Vec<Record>| -> Vec<String> {
        found.iter().map(|record| record.deployment.to_string()).collect()
    };
    let found = ledger.history(&checkout(), 3).await.expect("records");
    assert!(found.iter().all(|record| record.entries.len() == 2), "whole records: {found:?}");
    assert_eq!(newest(found), ["four", "three", "two"]);
    let found = ledger.history(&checkout(), 100).await.expect("records");
    assert_eq!(newest(found), ["four", "three", "two", "one"]);
    assert_eq!(newest(ledger.history(&checkout(), 0).await.expect("records")), [""; 0]);
}

#[tokio::test]
async fn entries_expire_when_that_is_asked_for_and_desks_never() {
    let account = Account::new().await;
    let forever = account.ledger();
    let for_a_year = account.ledger().keeping(365).expect("long enough");
    append(&forever, "one", registered(7)).await.expect("appended");
    append(&for_a_year, "two", registered(7)).await.expect("appended");
    let desk = for_a_year.desk(&checkout()).await.expect("a desk");
    assert!(for_a_year.replace(desk).await.expect("an answer"));

    let items = account
        .dynamodb
        .scan()
        .table_name(TABLE)
        .send()
        .await
        .expect("items")
        .items
        .expect("items");
    let expiring: Vec<_> = items.iter().filter(|item| item.contains_key("expires")).collect();

    assert_eq!((items.len(), expiring.len()), (3, 1));
    assert_eq!(expiring[0]["pk"].as_s().expect("a text"), "deployment#two");
    let at: Timestamp = expiring[0]["at"].as_s().expect("a text").parse().expect("a moment");
    let expires: i64 = expiring[0]["expires"].as_n().expect("a number").parse().expect("a number");
    assert_eq!(expires - at.as_second(), 365 * 24 * 3600);
    let failure = account.ledger().keeping(30).expect_err("a deployment may take as long");
    assert_eq!(failure.name(), "Invalid");
    assert!(failure.to_string().contains("at least 90 days, not 30"), "{failure}");
}

#[tokio::test]
async fn a_record_whose_first_entries_expired_is_written_on_behind_the_last() {
    let account = Account::new().await;
    let ledger = account.ledger();
    for entry in [registered(7), proceeded("hook-1"), proceeded("hook-2")] {
        append(&ledger, "one", entry).await.expect("appended");
    }
    account
        .dynamodb
        .delete_item()
        .table_name(TABLE)
        .key("pk", aws_sdk_dynamodb::types::AttributeValue::S("deployment#one".into()))
        .key("sk", aws_sdk_dynamodb::types::AttributeValue::S("000001".into()))
        .send()
        .await
        .expect("deleted");

    append(&ledger, "one", proceeded("hook-3")).await.expect("appended");

    let written = [proceeded("hook-1"), proceeded("hook-2"), proceeded("hook-3")];
    assert_eq!(entries(&record(&ledger, "one").await), written);
}
