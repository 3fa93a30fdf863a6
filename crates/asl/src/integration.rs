//! What a Task state calls, and when its task is over.

use std::sync::Arc;

/// A service that Task states call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integration {
    /// `arn:aws:states:::lambda:invoke`. Answer with the whole answer of the Invoke call, whose
    /// `Payload` is the function's JSON (`{"Payload": …, "StatusCode": 200, …}`), as Step Functions
    /// hands it to `$states.result`.
    LambdaInvoke,
    /// A bare function ARN. Answer with the function's JSON itself.
    LambdaArn(Arc<str>),
    /// `arn:aws:states:::states:startExecution`. With [`Pattern::Sync`], answer as
    /// `DescribeExecution` does: `Output` is JSON for `.sync:2`, and a string holding JSON for `.sync`.
    StartExecution,
    /// `arn:aws:states:::events:putEvents`.
    PutEvents,
    /// `arn:aws:states:::sns:publish`.
    SnsPublish,
    /// `arn:aws:states:::dynamodb:…`.
    DynamoDb(DynamoDbAction),
    /// `arn:aws:states:::ecs:runTask`.
    EcsRunTask,
    /// `arn:aws:states:::aws-sdk:SERVICE:ACTION`.
    AwsSdk {
        /// The service, in lower case: `ecs`.
        service: Arc<str>,
        /// The action, in camel case: `describeServices`.
        action: Arc<str>,
    },
}

/// The item operations of DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DynamoDbAction {
    /// `dynamodb:getItem`.
    GetItem,
    /// `dynamodb:putItem`.
    PutItem,
    /// `dynamodb:updateItem`.
    UpdateItem,
    /// `dynamodb:deleteItem`.
    DeleteItem,
}

impl Integration {
    /// The `resourceType` and `resource` of history events, the latter without its pattern:
    /// `("lambda", "invoke")`.
    pub fn names(&self) -> (String, &str) {
        let (service, action) = match self {
            Self::LambdaInvoke => ("lambda", "invoke"),
            Self::LambdaArn(arn) => ("lambda", &**arn),
            Self::StartExecution => ("states", "startExecution"),
            Self::PutEvents => ("events", "putEvents"),
            Self::SnsPublish => ("sns", "publish"),
            Self::DynamoDb(DynamoDbAction::GetItem) => ("dynamodb", "getItem"),
            Self::DynamoDb(DynamoDbAction::PutItem) => ("dynamodb", "putItem"),
            Self::DynamoDb(DynamoDbAction::UpdateItem) => ("dynamodb", "updateItem"),
            Self::DynamoDb(DynamoDbAction::DeleteItem) => ("dynamodb", "deleteItem"),
            Self::EcsRunTask => ("ecs", "runTask"),
            Self::AwsSdk { service, action } => return (format!("aws-sdk:{service}"), action),
        };
        (service.to_owned(), action)
    }
}

/// How long a task lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Until the service has answered the request.
    RequestResponse,
    /// Until the job that the request started is over: `.sync`, `.sync:2`.
    Sync {
        /// 1 for `.sync`, 2 for `.sync:2`.
        version: u8,
    },
    /// Until the task token is answered: `.waitForTaskToken`.
    WaitForTaskToken,
}

impl Pattern {
    /// What stands at the end of the resource's ARN.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::RequestResponse => "",
            Self::Sync { version: 2 } => ".sync:2",
            Self::Sync { .. } => ".sync",
            Self::WaitForTaskToken => ".waitForTaskToken",
        }
    }
}
