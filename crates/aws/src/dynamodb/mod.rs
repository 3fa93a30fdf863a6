//! What Cutover remembers, in one DynamoDB table.
//!
//! | what | `pk` | `sk` | further attributes |
//! |---|---|---|---|
//! | a desk | `desk` | the service | `version`, `body`, `write-00` … `write-31` |
//! | an entry of a record | `deployment#<id>` | its place: `000001` | `service`, `at`, `key`, `body`, `expires` |
//! | the first entry of a record | as above | `000001` | as above, `listed`, `began` |
//! | what was told of a deployment | `telling#<id>` | the medium: `slack` | `version`, `body`, `write`, `expires` |
//! | when a channel takes more | `channel#<id>` | `next` | `next`, in milliseconds |
//!
//! All desks stand under one key, so that "who is to be woken by this event?" is one strongly
//! consistent query. An index would be eventually consistent, and a watcher that it does not show
//! yet would sleep until its next look. One key takes 1,000 writes of a kilobyte a second
//! (Developer Guide, "Designing partition keys"), which is far more than any number of services makes.
//!
//! The index `history` (hash `listed`, range `began`, keys only) lists the deployments of a service
//! for people. It is eventually consistent: a deployment may be missing in it for a moment. Nothing
//! is decided by it.

mod channel;
mod desk;
mod record;
mod thread;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Failure;
use domain::desk::{Desk, Watcher};
use domain::name::{DeploymentId, ServiceName};
use domain::record::{Entry, Record};
use domain::signal::Signal;
use domain::telling::{Medium, Thread};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow::ports::{Ledger, Threads};

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// An item of the table.
type Item = HashMap<String, AttributeValue>;

/// The ledger.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    table: String,
    /// For how many days a record is kept; for ever if nothing is said.
    days: Option<u32>,
}

/// Records are kept for at least as many days as Step Functions knows the execution's name. A
/// deployment and its recovery, which read them, are over by then.
///
/// Source: Developer Guide of Step Functions, "Quotas": history and name are kept for 90 days.
const LEAST_DAYS: u32 = 90;

const SECONDS_A_DAY: i64 = 24 * 3600;

impl DynamoDb {
    /// The ledger in `table`.
    pub fn new(config: &Config, table: impl Into<String>) -> Self {
        Self { client: client!(config, aws_sdk_dynamodb), table: table.into(), days: None }
    }

    /// Has the entries of records, and what was told of deployments, expire after so many days. Desks
    /// never do.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when that is so few that a deployment might lose the record it works by.
    pub fn keeping(self, days: u32) -> Result<Self, Failure> {
        if days < LEAST_DAYS {
            return Err(Failure::Invalid(format!(
                "records are kept for at least {LEAST_DAYS} days, not {days}: a deployment that still runs works by its record"
            )));
        }
        Ok(Self { days: Some(days), ..self })
    }

    /// When an item that is written now expires, if it does.
    fn expires(&self, now: Timestamp) -> Option<AttributeValue> {
        let seconds = i64::from(self.days?) * SECONDS_A_DAY;
        Some(number(&(now.as_second() + seconds)))
    }

    /// Everything under one partition key, in the order of the sort key, as it stands now: whole
    /// items, or the sort key and `only` one attribute.
    async fn under(&self, what: &str, pk: &str, only: Option<&str>) -> Result<Vec<Item>, Failure> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(pk))
            .consistent_read(true)
            .set_projection_expression(only.map(|_| "sk, #only".to_owned()))
            .set_expression_attribute_names(
                only.map(|only| HashMap::from([("#only".to_owned(), only.to_owned())])),
            );

        let items = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        items.map_err(|error| failure(what, &error))
    }
}

impl Ledger for DynamoDb {
    async fn desk(&self, service: &ServiceName) -> Result<Desk, Failure> {
        self.find_desk(service).await
    }

    async fn replace(&self, desk: Desk) -> Result<bool, Failure> {
        self.write_desk(desk).await
    }

    async fn desks(&self) -> Result<Vec<Desk>, Failure> {
        let items = self.under("read the desks", desk::PARTITION, None).await?;

        Ok(items
            .iter()
            .filter_map(|item| {
                desk::read(item)
                    .inspect_err(|failure| tracing::error!("left out a desk: {failure}"))
                    .ok()
            })
            .collect())
    }

    async fn watchers(&self, signal: &Signal) -> Result<Vec<Watcher>, Failure> {
        let watchers = self.desks().await?.into_iter().filter_map(|desk| desk.watcher);
        Ok(watchers.filter(|watcher| watcher.heeds(signal)).collect())
    }

    async fn record(&self, deployment: &DeploymentId) -> Result<Option<Record>, Failure> {
        self.read_record(deployment).await
    }

    async fn history(&self, service: &ServiceName, most: usize) -> Result<Vec<Record>, Failure> {
        let mut records = Vec::new();
        for deployment in self.listed(service, most).await? {
            records.extend(self.read_record(&deployment).await?);
        }
        Ok(records)
    }

    async fn append(
        &self,
        deployment: &DeploymentId,
        service: &ServiceName,
        entry: Entry,
    ) -> Result<(), Failure> {
        self.append_at(Timestamp::now(), deployment, service, &entry).await
    }
}

impl Threads for DynamoDb {
    async fn thread(&self, deployment: &DeploymentId, medium: Medium) -> Result<Thread, Failure> {
        self.find_thread(deployment, medium).await
    }

    async fn keep(&self, thread: Thread) -> Result<bool, Failure> {
        self.write_thread(thread, Timestamp::now()).await
    }

    async fn reserve(&self, channel: &str, now: Timestamp) -> Result<Timestamp, Failure> {
        self.reserve_second(channel, now).await
    }

    async fn hold_off(&self, channel: &str, until: Timestamp) -> Result<(), Failure> {
        self.shut(channel, until).await
    }
}

/// A text as an attribute.
fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number as an attribute.
fn number(number: &impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The text of an attribute; an empty one if there is none.
fn text_of<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// The number of an attribute, if there is one.
fn number_of(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// An attribute that holds something as JSON. It is written and read as answers and inputs are, by way
/// of a [`Value`]: with another way, a function would have all its types twice.
fn json(it: &impl Serialize) -> Result<AttributeValue, serde_json::Error> {
    Ok(text(serde_json::to_value(it)?.to_string()))
}

/// What an attribute holds as JSON.
fn json_of<T: DeserializeOwned>(item: &Item, name: &str) -> Result<T, serde_json::Error> {
    T::deserialize(&serde_json::from_str::<Value>(text_of(item, name))?)
}
