//! The account in process answers as DynamoDB does, where our tests rely on it.
//!
//! Source of each answer: the Developer Guide and the API Reference of DynamoDB. What the emulator
//! leaves out, and the line adds, is asked for here as well.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use crate::account::{Account, TABLE};

fn write(account: &Account, version: u64, on: u64) -> UpdateItemFluentBuilder {
    account
        .dynamodb
        .update_item()
        .table_name(TABLE)
        .key("pk", S("desk".into()))
        .key("sk", S("checkout".into()))
        .update_expression("SET #version = :version, #write = :write")
        .expression_attribute_names("#version", "version")
        .expression_attribute_names("#write", format!("write-{version:02}"))
        .expression_attribute_values(":version", N(version.to_string()))
        .expression_attribute_values(":write", S(format!("id of {version}")))
        .condition_expression("#version = :on")
        .expression_attribute_values(":on", N(on.to_string()))
        .return_values_on_condition_check_failure(AllOld)
}

#[tokio::test]
async fn an_update_keeps_what_it_does_not_name_and_a_condition_holds_on_what_stands() {
    let account = Account::new().await;
    let first = write(&account, 1, 0).condition_expression("attribute_not_exists(pk)");
    first.send().await.expect("nothing stood there");
    write(&account, 2, 1).send().await.expect("version 1 stood there");

    let error = write(&account, 2, 1).send().await.expect_err("version 2 stands there");

    let error = error.into_service_error();
    assert_eq!(error.code(), Some("ConditionalCheckFailedException"));
    let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
        stands,
    ) = error
    else {
        panic!("{error:?}");
    };
    let stands = stands.item().expect("what stands there");
    assert_eq!(stands.get("version"), Some(&N("2".into())));
    assert_eq!(stands.get("write-01"), Some(&S("id of 1".into())), "an earlier attribute is kept");
}

async fn put(account: &Account, sk: &str, listed: Option<&str>) {
    let mut item = HashMap::from([
        ("pk".to_owned(), S("deployment#one".into())),
        ("sk".to_owned(), S(sk.into())),
        ("key".to_owned(), S(format!("key of {sk}"))),
    ]);
    if let Some(began) = listed {
        item.insert("listed".into(), S("checkout".into()));
        item.insert("began".into(), S(began.into()));
    }
    account.dynamodb.put_item().table_name(TABLE).set_item(Some(item)).send().await.expect("put");
}

#[tokio::test]
async fn a_query_gives_the_items_of_one_key_in_order_page_after_page() {
    let account = Account::new().await;
    account.line.pages_of(2);
    for sk in ["000010", "000002", "000001", "000003", "000009"] {
        put(&account, sk, None).await;
    }

    let query = account
        .dynamodb
        .query()
        .table_name(TABLE)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", S("deployment#one".into()))
        .projection_expression("sk, #key")
        .expression_attribute_names("#key", "key")
        .consistent_read(true);
    let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;

    let items = items.expect("items");
    let places: Vec<_> = items.iter().map(|item| item["sk"].as_s().expect("a text")).collect();
    assert_eq!(places, ["000001", "000002", "000003", "000009", "000010"]);
    assert!(items.iter().all(|item| item.len() == 2 && item.contains_key("key")), "{items:?}");
    assert_eq!(account.line.tries("Query"), 3, "five items in pages of two");
}

#[tokio::test]
async fn an_index_shows_only_items_that_have_its_keys_and_reads_backwards() {
    let account = Account::new().await;
    put(&account, "000001", Some("2026-01-01")).await;
    put(&account, "000002", None).await;
    put(&account, "000003", Some("2026-01-02")).await;

    let query = account
        .dynamodb
        .query()
        .table_name(TABLE)
        .index_name("history")
        .key_condition_expression("listed = :service")
        .expression_attribute_values(":service", S("checkout".into()))
        .scan_index_forward(false);
    let found = query.clone().send().await.expect("items");

    let places: Vec<_> =
        found.items().iter().map(|item| item["sk"].as_s().expect("text")).collect();
    assert_eq!(places, ["000003", "000001"]);
    let consistent = query.consistent_read(true).send().await.expect_err("not of an index");
    assert_eq!(consistent.code(), Some("ValidationException"));
}
