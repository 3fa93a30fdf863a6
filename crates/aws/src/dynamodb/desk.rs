//! Desks in the ledger: read as they stand, written by whoever decided on them as they stand.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use domain::Failure;
use domain::desk::Desk;
use domain::name::ServiceName;
use uuid::Uuid;

use super::{DynamoDb, Item, json, json_of, number, number_of, text, text_of};
use crate::failure::failure;

/// The partition key of all desks.
pub(super) const PARTITION: &str = "desk";

/// So many writes of a desk are remembered by their ids. A write that is tried again is recognised
/// as done as long as no more than so many others came after it, and a call with all its tries
/// takes 15 s.
const REMEMBERED: u64 = 32;

impl DynamoDb {
    /// A service's desk; an empty one if there is none.
    pub(super) async fn find_desk(&self, service: &ServiceName) -> Result<Desk, Failure> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(service.as_str()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure(&format!("read the desk of {service}"), &error))?;

        found.item.map_or_else(|| Ok(Desk::new(service.clone())), |item| read(&item))
    }

    /// Writes a desk that was decided on `desk.version` if nobody wrote since.
    ///
    /// The SDK tries a write again whose answer was lost. If the write had taken effect, the second
    /// try finds a newer version, namely its own. To take that for somebody else's would be a loss:
    /// the decision is made anew on its own effect, "nobody waits any more", and who was granted the
    /// lease is not told. So every write leaves an id, under the number of its version.
    ///
    /// Comparing bodies instead would not do. Somebody else may have written again in between; and
    /// two executions of one step may decide the same on the same version.
    pub(super) async fn write_desk(&self, mut desk: Desk) -> Result<bool, Failure> {
        let decided_on = desk.version;
        desk.version += 1;
        let (slot, id) = (slot(desk.version), Uuid::new_v4().simple().to_string());
        let body = json(&desk).map_err(|error| {
            Failure::Invalid(format!("the desk of {} cannot be written: {error}", desk.service))
        })?;

        let mut write = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(desk.service.as_str()))
            .update_expression("SET #version = :version, #body = :body, #write = :write")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#body", "body")
            .expression_attribute_names("#write", &slot)
            .expression_attribute_values(":version", number(&desk.version))
            .expression_attribute_values(":body", body)
            .expression_attribute_values(":write", text(&id))
            .return_values_on_condition_check_failure(AllOld);
        write = match decided_on {
            0 => write.condition_expression("attribute_not_exists(pk)"),
            _ => write
                .condition_expression("#version = :decided_on")
                .expression_attribute_values(":decided_on", number(&decided_on)),
        };

        match write.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(stands)) => {
                    Ok(stands.item().is_some_and(|item| text_of(item, &slot) == id))
                }
                _ => Err(failure(&format!("write the desk of {}", desk.service), &error)),
            },
        }
    }
}

/// The attribute in which the id of the write of `version` stands: a ring, so that it never grows.
fn slot(version: u64) -> String {
    format!("write-{:02}", version % REMEMBERED)
}

/// A desk as it was written. The attribute `version` counts, since it is what the condition reads.
pub(super) fn read(item: &Item) -> Result<Desk, Failure> {
    let unreadable = |why: String| {
        let service = text_of(item, "sk");
        Failure::Invalid(format!("the desk of {service} in the ledger cannot be read: {why}"))
    };

    let mut desk: Desk = json_of(item, "body").map_err(|error| unreadable(error.to_string()))?;
    desk.version = number_of(item, "version")
        .ok_or_else(|| unreadable("its attribute `version` is no number".into()))?;
    Ok(desk)
}
