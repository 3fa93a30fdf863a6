//! What was told of deployments: written by whoever decided on it as it stands.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use domain::Failure;
use domain::name::DeploymentId;
use domain::telling::{Medium, Thread};
use jiff::Timestamp;
use uuid::Uuid;

use super::{DynamoDb, json, json_of, number, number_of, text, text_of};
use crate::failure::failure;

impl DynamoDb {
    /// What was told of a deployment in one medium; nothing yet if there is none.
    pub(super) async fn find_thread(
        &self,
        deployment: &DeploymentId,
        medium: Medium,
    ) -> Result<Thread, Failure> {
        let what = format!("read what was told of {deployment}");
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(partition(deployment)))
            .key("sk", text(medium.as_str()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure(&what, &error))?;

        let Some(item) = found.item else { return Ok(Thread::new(deployment.clone(), medium)) };
        let unreadable = |why: String| Failure::Invalid(format!("could not {what}: {why}"));
        let mut thread: Thread =
            json_of(&item, "body").map_err(|error| unreadable(error.to_string()))?;
        thread.version = number_of(&item, "version")
            .ok_or_else(|| unreadable("its attribute `version` is no number".into()))?;
        Ok(thread)
    }

    /// Writes a thread that was decided on `thread.version` if nobody wrote since. The write leaves
    /// an id, by which it is recognised when it is tried again because its answer was lost.
    pub(super) async fn write_thread(
        &self,
        mut thread: Thread,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let what = format!("write what was told of {}", thread.deployment);
        let decided_on = thread.version;
        thread.version += 1;
        let id = Uuid::new_v4().simple().to_string();
        let body = json(&thread)
            .map_err(|error| Failure::Invalid(format!("could not {what}: {error}")))?;
        let mut set = "SET #version = :version, #body = :body, #write = :write".to_owned();
        let mut write = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(partition(&thread.deployment)))
            .key("sk", text(thread.medium.as_str()))
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#body", "body")
            .expression_attribute_names("#write", "write")
            .expression_attribute_values(":version", number(&thread.version))
            .expression_attribute_values(":body", body)
            .expression_attribute_values(":write", text(&id))
            .return_values_on_condition_check_failure(AllOld);
        if let Some(expires) = self.expires(now) {
            set.push_str(", #expires = :expires");
            write = write
                .expression_attribute_names("#expires", "expires")
                .expression_attribute_values(":expires", expires);
        }
        write = match decided_on {
            0 => write.condition_expression("attribute_not_exists(pk)"),
            _ => write
                .condition_expression("#version = :decided_on")
                .expression_attribute_values(":decided_on", number(&decided_on)),
        };

        match write.update_expression(set).send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(stands)) => {
                    Ok(stands.item().is_some_and(|item| text_of(item, "write") == id))
                }
                _ => Err(failure(&what, &error)),
            },
        }
    }
}

fn partition(deployment: &DeploymentId) -> String {
    format!("telling#{deployment}")
}
