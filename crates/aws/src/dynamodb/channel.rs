//! When a channel takes the next message: one number, moved on by whoever reserves a second.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue::AllNew;
use domain::Failure;
use jiff::Timestamp;

use super::{DynamoDb, number, number_of, text};
use crate::failure::failure;

/// How far apart messages of one channel are. Source: Slack, "Rate limits", one a second.
const APART: i64 = 1_000;

/// How often the two ways to reserve a second are tried because somebody was quicker. Only the
/// first message after a pause finds both shut.
const TRIES: usize = 5;

impl DynamoDb {
    /// Reserves the next second of a channel.
    ///
    /// Nothing is decided on what was read before, so a thousand who ask at once have a thousand
    /// seconds after a thousand writes. A write whose answer was lost leaves its second unused.
    pub(super) async fn reserve_second(
        &self,
        channel: &str,
        now: Timestamp,
    ) -> Result<Timestamp, Failure> {
        let what = format!("reserve a second of the channel {channel}");
        let millis = now.as_millisecond();
        for _ in 0..TRIES {
            let queued = self
                .channel(channel)
                .update_expression("SET #next = #next + :apart")
                .condition_expression("#next > :now")
                .expression_attribute_values(":apart", number(&APART))
                .expression_attribute_values(":now", number(&millis));
            if let Some(next) = moved(&what, queued).await? {
                return Timestamp::from_millisecond(next - APART)
                    .map_err(|error| Failure::Invalid(format!("could not {what}: {error}")));
            }
            let free = self
                .channel(channel)
                .update_expression("SET #next = :next")
                .condition_expression("attribute_not_exists(#next) OR #next <= :now")
                .expression_attribute_values(":next", number(&(millis + APART)))
                .expression_attribute_values(":now", number(&millis));
            if moved(&what, free).await?.is_some() {
                return Ok(now);
            }
        }
        Err(Failure::Busy(format!("the channel {channel} is asked for all the time")))
    }

    /// Has no second of a channel reserved before `until`.
    pub(super) async fn shut(&self, channel: &str, until: Timestamp) -> Result<(), Failure> {
        let what = format!("hold off the channel {channel}");
        let shut = self
            .channel(channel)
            .update_expression("SET #next = :until")
            .condition_expression("attribute_not_exists(#next) OR #next < :until")
            .expression_attribute_values(":until", number(&until.as_millisecond()));
        moved(&what, shut).await.map(drop)
    }

    fn channel(&self, channel: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(format!("channel#{channel}")))
            .key("sk", text("next"))
            .expression_attribute_names("#next", "next")
            .return_values(AllNew)
    }
}

/// What `next` is after a write; nothing if its condition did not hold.
async fn moved(what: &str, write: UpdateItemFluentBuilder) -> Result<Option<i64>, Failure> {
    match write.send().await {
        Ok(written) => {
            let next = written.attributes().and_then(|item| number_of(item, "next"));
            let next = next.and_then(|next| i64::try_from(next).ok());
            next.map(Some).ok_or_else(|| {
                Failure::Unavailable(format!(
                    "could not {what}: DynamoDB does not say what it wrote"
                ))
            })
        }
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
            _ => Err(failure(what, &error)),
        },
    }
}
