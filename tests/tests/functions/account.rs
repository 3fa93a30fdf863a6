//! An AWS account in which there is nothing: no service, no document, no record; but a secret, a
//! bus that takes events, and somebody who waits for every token.
//!
//! It answers as AWS does for what is not there, and remembers who asked what.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One call: the IAM action that allows it, and what was asked.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) action: String,
    pub(crate) request: Value,
}

/// What an account answers to a call instead, if it does.
pub(crate) type Instead = fn(&Call) -> Option<(u16, Value)>;

struct Books {
    calls: Mutex<Vec<Call>>,
    /// The values of a secret: the current one, then the previous one.
    secrets: Mutex<BTreeMap<String, Vec<String>>>,
    instead: Mutex<Option<Instead>>,
}

/// The account, open until it is dropped.
pub(crate) struct Account {
    address: String,
    books: Arc<Books>,
    serving: JoinHandle<()>,
}

impl Account {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port on loopback");
        let address = listener.local_addr().expect("a listener has an address");
        let books = Arc::new(Books {
            calls: Mutex::default(),
            secrets: Mutex::default(),
            instead: Mutex::default(),
        });
        let app = Router::new().fallback(take).with_state(Arc::clone(&books));
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("axum serves until it is stopped");
        });
        Self { address: format!("http://{address}"), books, serving }
    }

    /// The value of `AWS_ENDPOINT_URL`.
    pub(crate) fn url(&self) -> &str {
        &self.address
    }

    /// Sets the values of a secret: the current one, then the previous one.
    pub(crate) fn keep(&self, secret: &str, values: &[&str]) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.books.secrets.lock().insert(secret.to_owned(), values);
    }

    /// Answers otherwise from now on, where `instead` says so.
    pub(crate) fn answer(&self, instead: Instead) {
        *self.books.instead.lock() = Some(instead);
    }

    /// Every call so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.books.calls.lock().clone()
    }

    /// The actions of every call so far.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.action).collect()
    }

    /// What was asked with an action.
    pub(crate) fn asked(&self, action: &str) -> Vec<Value> {
        let calls = self.calls().into_iter().filter(|call| call.action == action);
        calls.map(|call| call.request).collect()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(books): State<Arc<Books>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    let target = header("x-amz-target");
    let Some(action) = action(&target) else {
        return refuse("UnknownOperationException", &format!("nobody answers {target:?} here"));
    };
    if !header("authorization").contains("Credential=AKIATEST/") {
        return refuse("MissingAuthenticationTokenException", "it is not signed");
    }
    let Ok(request) = serde_json::from_slice(&body) else {
        return refuse("SerializationException", "it is no JSON");
    };
    let call = Call { action, request };
    books.calls.lock().push(call.clone());

    let instead = *books.instead.lock();
    let (status, answer) = instead
        .and_then(|instead| instead(&call))
        .or_else(|| answer(&books, &call))
        .unwrap_or_else(|| error("UnknownOperationException", &call.action));
    let status = StatusCode::from_u16(status).expect("a status of HTTP");
    (status, [("content-type", "application/x-amz-json-1.1")], answer.to_string()).into_response()
}

/// The IAM action of a request, by the header in which the JSON protocols have the operation.
fn action(target: &str) -> Option<String> {
    let (service, operation) = target.split_once('.')?;
    let prefix = match service {
        "DynamoDB_20120810" => "dynamodb",
        "AmazonEC2ContainerServiceV20141113" => "ecs",
        "Logs_20140328" => "logs",
        "AmazonSSM" => "ssm",
        "AWSEvents" => "events",
        "AWSStepFunctions" => "states",
        "secretsmanager" => "secretsmanager",
        _ => return None,
    };
    Some(format!("{prefix}:{operation}"))
}

/// What an empty account answers.
fn answer(books: &Books, call: &Call) -> Option<(u16, Value)> {
    let request = &call.request;
    Some(match call.action.as_str() {
        "dynamodb:GetItem"
        | "dynamodb:PutItem"
        | "dynamodb:UpdateItem"
        | "states:SendTaskSuccess"
        | "states:SendTaskFailure" => (200, json!({})),
        "dynamodb:Query" | "dynamodb:Scan" => {
            (200, json!({ "Items": [], "Count": 0, "ScannedCount": 0 }))
        }
        "ecs:DescribeServices" => {
            let missing = json!({ "arn": request["services"][0], "reason": "MISSING" });
            (200, json!({ "services": [], "failures": [missing] }))
        }
        "ecs:DescribeServiceDeployments" => {
            let missing =
                json!({ "arn": request["serviceDeploymentArns"][0], "reason": "MISSING" });
            (200, json!({ "serviceDeployments": [], "failures": [missing] }))
        }
        "ecs:ListTasks" => (200, json!({ "taskArns": [] })),
        "ecs:ListServiceDeployments" => (200, json!({ "serviceDeployments": [] })),
        "ssm:GetParameter" => error("ParameterNotFound", "there is no such parameter"),
        "ssm:GetParametersByPath" => (200, json!({ "Parameters": [] })),
        "events:PutEvents" => {
            let entries = request["Entries"].as_array().map_or(0, Vec::len);
            let entries =
                vec![json!({ "EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860" }); entries];
            (200, json!({ "FailedEntryCount": 0, "Entries": entries }))
        }
        "secretsmanager:GetSecretValue" => secret(books, request),
        _ => return None,
    })
}

fn secret(books: &Books, request: &Value) -> (u16, Value) {
    let stage = match request["VersionStage"].as_str() {
        None | Some("AWSCURRENT") => 0,
        _ => 1,
    };
    let id = request["SecretId"].as_str().unwrap_or_default();
    let secrets = books.secrets.lock();
    match secrets.get(id).and_then(|values| values.get(stage)) {
        Some(value) => (200, json!({ "Name": id, "SecretString": value })),
        None => error(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label",
        ),
    }
}

/// An error as the JSON protocols write it.
pub(crate) fn error(code: &str, message: &str) -> (u16, Value) {
    (400, json!({ "__type": code, "message": message }))
}

fn refuse(code: &str, message: &str) -> Response {
    let (_, body) = error(code, message);
    (StatusCode::BAD_REQUEST, body.to_string()).into_response()
}
