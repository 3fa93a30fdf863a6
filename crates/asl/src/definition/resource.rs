//! Reads `Resource`, and checks that `Arguments` suit it.

use serde_json::Value;

use super::object::Fields;
use super::reader::Reader;
use crate::expression::Template;
use crate::integration::{DynamoDbAction, Integration, Pattern};

const SUPPORTED: &str = "supported are lambda:invoke, states:startExecution, events:putEvents, \
                         sns:publish, dynamodb:{get,put,update,delete}Item, ecs:runTask, \
                         aws-sdk:SERVICE:ACTION and bare function ARNs";

/// What stands between `arn:` and `:states:::`, in every partition.
const PARTITIONS: &[&str] = &["aws", "aws-cn", "aws-us-gov"];

impl Reader {
    pub(super) fn resource(&mut self, fields: &Fields<'_>) -> Option<(Integration, Pattern)> {
        let (_, path) = fields.get("Resource")?;
        let text = self.string(fields, "Resource")?;
        match parse(&text) {
            Ok(resource) => Some(resource),
            Err(what) => {
                self.report.add(path, what, SUPPORTED);
                None
            }
        }
    }

    /// Reports arguments without which the call can only fail.
    pub(super) fn arguments(&mut self, fields: &Fields<'_>, integration: &Integration) {
        let needed = needed(integration);
        let Some((value, path)) = fields.get("Arguments") else {
            if !needed.is_empty() {
                let missing = needed.iter().map(|names| names.join(" or ")).collect::<Vec<_>>();
                self.report.add(
                    &*fields.path,
                    "`Arguments` is missing",
                    format!("add it with {}", missing.join(", ")),
                );
            }
            return;
        };
        // An expression may give all of them at once.
        let Value::Object(given) = value else { return };
        for names in
            needed.iter().filter(|names| !names.iter().any(|name| given.contains_key(*name)))
        {
            let names = names.join("` or `");
            self.report.add(&*path, format!("`{names}` is missing"), format!("add `{names}`"));
        }
        let lambda =
            ["FunctionName", "Payload", "Qualifier", "InvocationType", "LogType", "ClientContext"];
        if *integration == Integration::LambdaInvoke {
            let arguments = Fields { map: given, path };
            self.known(&arguments, "the call of a function", &lambda);
        }
    }

    /// A token that is not handed out can never be answered.
    pub(super) fn token_is_handed_out(
        &mut self,
        fields: &Fields<'_>,
        arguments: Option<&Template>,
    ) {
        let holds_token = |used: &Vec<String>| {
            let token = ["context", "Task", "Token"];
            used.iter().zip(token).all(|(used, name)| used == name)
        };
        let handed_out = arguments.is_some_and(|arguments| {
            let expressions = arguments.expressions();
            expressions.iter().any(|expression| expression.uses().states.iter().any(holds_token))
        });
        if !handed_out {
            let path = match arguments {
                Some(_) => format!("{}.Arguments", fields.path),
                None => fields.path.clone(),
            };
            self.report.add(
                path,
                "the task token is not handed out, so the task can never be ended",
                "put `{% $states.context.Task.Token %}` into `Arguments`",
            );
        }
    }
}

/// For each argument that is needed, the names it may have.
fn needed(integration: &Integration) -> &'static [&'static [&'static str]] {
    match integration {
        Integration::LambdaInvoke => &[&["FunctionName"]],
        Integration::StartExecution => &[&["StateMachineArn"]],
        Integration::PutEvents => &[&["Entries"]],
        Integration::SnsPublish => &[&["TopicArn", "TargetArn", "PhoneNumber"], &["Message"]],
        Integration::DynamoDb(DynamoDbAction::PutItem) => &[&["TableName"], &["Item"]],
        Integration::DynamoDb(_) => &[&["TableName"], &["Key"]],
        Integration::EcsRunTask => &[&["TaskDefinition"]],
        Integration::LambdaArn(_) | Integration::AwsSdk { .. } => &[],
    }
}

fn parse(text: &str) -> Result<(Integration, Pattern), String> {
    if text.contains("{%") {
        return Err("`Resource` cannot be computed".to_owned());
    }
    let unknown = || format!("`{text}` is not supported");
    let Some((partition, rest)) = text.strip_prefix("arn:").and_then(|rest| rest.split_once(':'))
    else {
        return Err(format!("`{text}` is not an ARN"));
    };
    if !PARTITIONS.contains(&partition) {
        return Err(unknown());
    }
    if let Some(function) = rest.strip_prefix("lambda:") {
        let parts: Vec<&str> = function.split(':').collect();
        let named = matches!(parts.as_slice(), [_, _, "function", _] | [_, _, "function", _, _]);
        let complete = named && parts.iter().all(|part| !part.is_empty());
        let integration = Integration::LambdaArn(text.into());
        return if complete { Ok((integration, Pattern::RequestResponse)) } else { Err(unknown()) };
    }
    let Some(service) = rest.strip_prefix("states:::") else { return Err(unknown()) };

    let (call, pattern) = match service.split_once('.') {
        None => (service, Pattern::RequestResponse),
        Some((call, "sync")) => (call, Pattern::Sync { version: 1 }),
        Some((call, "sync:2")) => (call, Pattern::Sync { version: 2 }),
        Some((call, "waitForTaskToken")) => (call, Pattern::WaitForTaskToken),
        Some((_, pattern)) => return Err(format!("there is no pattern `.{pattern}`")),
    };
    let integration = match call {
        "lambda:invoke" => Integration::LambdaInvoke,
        "states:startExecution" => Integration::StartExecution,
        "events:putEvents" => Integration::PutEvents,
        "sns:publish" => Integration::SnsPublish,
        "dynamodb:getItem" => Integration::DynamoDb(DynamoDbAction::GetItem),
        "dynamodb:putItem" => Integration::DynamoDb(DynamoDbAction::PutItem),
        "dynamodb:updateItem" => Integration::DynamoDb(DynamoDbAction::UpdateItem),
        "dynamodb:deleteItem" => Integration::DynamoDb(DynamoDbAction::DeleteItem),
        "ecs:runTask" => Integration::EcsRunTask,
        _ => sdk(call).ok_or_else(unknown)?,
    };
    let suits = match pattern {
        Pattern::RequestResponse => true,
        Pattern::Sync { version: 1 } => {
            matches!(integration, Integration::StartExecution | Integration::EcsRunTask)
        }
        Pattern::Sync { .. } => integration == Integration::StartExecution,
        // "Optimized integrations of DynamoDB: Request Response only" (Developer Guide).
        Pattern::WaitForTaskToken => !matches!(integration, Integration::DynamoDb(_)),
    };
    if suits {
        Ok((integration, pattern))
    } else {
        Err(format!("`{call}` does not know the pattern `{}`", pattern.suffix()))
    }
}

/// `aws-sdk:SERVICE:ACTION`: the service in lower case, the action in camel case.
fn sdk(call: &str) -> Option<Integration> {
    let (service, action) = call.strip_prefix("aws-sdk:")?.split_once(':')?;
    let lower = !service.is_empty()
        && service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let camel = action.starts_with(|c: char| c.is_ascii_lowercase())
        && action.chars().all(|c| c.is_ascii_alphanumeric());
    (lower && camel).then(|| Integration::AwsSdk { service: service.into(), action: action.into() })
}
