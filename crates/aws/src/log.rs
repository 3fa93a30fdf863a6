//! The log of calls: a line for each, under the name of the IAM action that allows it.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Writes one line for each call, however often it is tried.
#[derive(Debug)]
pub(crate) struct Log;

#[dyn_dispatch_hint]
impl Intercept for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    // Before the execution nobody knows yet which operation it is: what a client brings is asked
    // before what the operation brings.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(call) = cfg.load::<Metadata>() {
            let action = action(call.service(), call.name());
            tracing::debug!(call = action, "called {action}");
        }
        Ok(())
    }
}

/// The IAM action of a call: `dynamodb:GetItem`.
///
/// S3 asks for `s3:GetObjectVersion` instead where a version is named.
///
/// Source: the Service Authorization Reference, "Actions, resources, and condition keys".
fn action(service: &str, operation: &str) -> String {
    let prefix = match service {
        "Elastic Load Balancing v2" => "elasticloadbalancing",
        "CloudWatch Logs" => "logs",
        "EventBridge" => "events",
        "SFN" => "states",
        "Secrets Manager" => "secretsmanager",
        other => return format!("{}:{operation}", other.to_lowercase()),
    };
    format!("{prefix}:{operation}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_as_the_action_that_a_policy_names() {
        for (service, operation, told) in [
            ("DynamoDB", "UpdateItem", "dynamodb:UpdateItem"),
            ("EventBridge", "PutEvents", "events:PutEvents"),
            ("SFN", "SendTaskSuccess", "states:SendTaskSuccess"),
            ("SSM", "GetParametersByPath", "ssm:GetParametersByPath"),
            ("Secrets Manager", "GetSecretValue", "secretsmanager:GetSecretValue"),
            ("SNS", "Publish", "sns:Publish"),
            ("S3", "GetObject", "s3:GetObject"),
            ("ECS", "UpdateService", "ecs:UpdateService"),
            ("CloudWatch", "DescribeAlarms", "cloudwatch:DescribeAlarms"),
            ("CloudWatch Logs", "GetLogEvents", "logs:GetLogEvents"),
            ("RDS", "DescribeDBInstances", "rds:DescribeDBInstances"),
            (
                "Elastic Load Balancing v2",
                "DescribeTargetHealth",
                "elasticloadbalancing:DescribeTargetHealth",
            ),
        ] {
            assert_eq!(action(service, operation), told);
        }
    }
}
