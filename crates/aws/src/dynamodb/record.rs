//! Records in the ledger: one item for each entry, in the order in which they were written.
//!
//! The order is the ledger's. Functions run on many machines whose clocks differ, so an entry's
//! place is given by a conditional write, and its `at` is for people.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::Failure;
use domain::name::{DeploymentId, ServiceName};
use domain::record::{Dated, Entry, Record};
use jiff::Timestamp;

use super::{DynamoDb, Item, json, json_of, text, text_of};
use crate::failure::failure;

/// The index that lists the deployments of a service.
const HISTORY: &str = "history";

/// How often a place is looked for because somebody took it in between.
const TRIES: usize = 10;

impl DynamoDb {
    /// The record of a deployment, if there is one.
    pub(super) async fn read_record(
        &self,
        deployment: &DeploymentId,
    ) -> Result<Option<Record>, Failure> {
        let what = format!("read the record of {deployment}");
        let items = self.under(&what, &partition(deployment), None).await?;
        let Some(first) = items.first() else { return Ok(None) };

        let service =
            text_of(first, "service").parse().map_err(|error| unreadable(first, &error))?;
        let entries = items.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Some(Record { deployment: deployment.clone(), service, entries }))
    }

    /// Appends `entry` at the next place, unless its key stands there.
    ///
    /// A place is taken by whoever writes there first, and only the place after the last is written
    /// to. So who gets it has seen all that stands before it, and no key comes twice.
    pub(super) async fn append_at(
        &self,
        at: Timestamp,
        deployment: &DeploymentId,
        service: &ServiceName,
        entry: &Entry,
    ) -> Result<(), Failure> {
        let (pk, key) = (partition(deployment), entry.key());
        let what = format!("append {:?} to the record of {deployment}", shortened(&key));
        let body =
            json(entry).map_err(|error| Failure::Invalid(format!("could not {what}: {error}")))?;

        for _ in 0..TRIES {
            let stands = self.under(&what, &pk, Some("key")).await?;
            if stands.iter().any(|item| text_of(item, "key") == key) {
                return Ok(());
            }

            let place = stands.last().map_or(Ok(1), next_place)?;
            let mut item = Item::from([
                ("pk".into(), text(&pk)),
                ("sk".into(), text(format!("{place:06}"))),
                ("service".into(), text(service.as_str())),
                ("at".into(), text(at.to_string())),
                ("key".into(), text(&key)),
                ("body".into(), body.clone()),
            ]);
            if place == 1 {
                item.insert("listed".into(), text(service.as_str()));
                // As many digits for every moment, so that the order of texts is that of time.
                item.insert("began".into(), text(format!("{at:.3}#{deployment}")));
            }
            if let Some(expires) = self.expires(at) {
                item.insert("expires".into(), expires);
            }
            if self.put_new(&what, item).await? {
                return Ok(());
            }
        }
        Err(Failure::Busy(format!("the record of {deployment} is written to all the time")))
    }

    /// Writes an item where none stands. Tells whether it was written; also a write of our own whose
    /// answer was lost is told as taken, and its key is found when the record is read again.
    async fn put_new(&self, what: &str, item: Item) -> Result<bool, Failure> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");

        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                // An entry of more than 400 KB, above all: nothing of it is cut off.
                Some(refused) if refused.code() == Some("ValidationException") => {
                    let why = refused.message().unwrap_or("DynamoDB does not say why");
                    Err(Failure::Invalid(format!("could not {what}: {why}")))
                }
                _ => Err(failure(what, &error)),
            },
        }
    }

    /// The newest deployments of a service, newest first.
    pub(super) async fn listed(
        &self,
        service: &ServiceName,
        most: usize,
    ) -> Result<Vec<DeploymentId>, Failure> {
        let what = format!("list the deployments of {service}");
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(HISTORY)
            .key_condition_expression("listed = :service")
            .expression_attribute_values(":service", text(service.as_str()))
            .scan_index_forward(false)
            .into_paginator()
            .page_size(i32::try_from(most.clamp(1, 100)).unwrap_or(100))
            .items()
            .send();

        let mut deployments = Vec::new();
        while deployments.len() < most {
            let Some(item) = pages.next().await else { break };
            let item = item.map_err(|error| failure(&what, &error))?;
            let id = text_of(&item, "pk").strip_prefix(PREFIX).unwrap_or_default();
            deployments.push(id.parse().map_err(|error| unreadable(&item, &error))?);
        }
        Ok(deployments)
    }
}

/// What the partition key of a record begins with.
const PREFIX: &str = "deployment#";

fn partition(deployment: &DeploymentId) -> String {
    format!("{PREFIX}{deployment}")
}

fn read(item: &Item) -> Result<Dated, Failure> {
    Ok(Dated {
        at: text_of(item, "at").parse().map_err(|error| unreadable(item, &error))?,
        entry: json_of(item, "body").map_err(|error| unreadable(item, &error))?,
    })
}

/// The place after that of `last`. Counting the entries would not do: the first may have expired.
fn next_place(last: &Item) -> Result<u64, Failure> {
    let place: u64 = text_of(last, "sk").parse().map_err(|error| unreadable(last, &error))?;
    Ok(place + 1)
}

fn unreadable(item: &Item, error: &dyn std::error::Error) -> Failure {
    let (pk, sk) = (text_of(item, "pk"), text_of(item, "sk"));
    Failure::Invalid(format!("the item {pk} {sk} of the ledger cannot be read: {error}"))
}

/// A key may carry a whole sentence; its beginning says which entry it is.
fn shortened(key: &str) -> &str {
    let end = key.char_indices().nth(60).map_or(key.len(), |(end, _)| end);
    &key[..end]
}
