//! Plain requests to the emulator, so that what is under test does not set itself up.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Its region.
pub const REGION: &str = "eu-west-1";
/// Its account. Credentials whose key is an account's number belong to that account.
pub const ACCOUNT: &str = "210987654321";

/// One service, as the JSON protocol of AWS names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// As a signature names it, by which requests are routed.
    signed: &'static str,
    /// What the name of a call begins with.
    target: &'static str,
}

pub(super) const CLOUDWATCH: Service =
    Service { signed: "monitoring", target: "GraniteServiceVersion20100801" };
pub(super) const DYNAMODB: Service = Service { signed: "dynamodb", target: "DynamoDB_20120810" };
pub(super) const EVENTS: Service = Service { signed: "events", target: "AWSEvents" };
pub(super) const SECRETS: Service = Service { signed: "secretsmanager", target: "secretsmanager" };
pub(super) const SSM: Service = Service { signed: "ssm", target: "AmazonSSM" };
pub(super) const STATES: Service = Service { signed: "states", target: "AWSStepFunctions" };

/// Whom requests go to.
#[derive(Debug, Clone)]
pub(super) struct Api {
    pub(super) endpoint: String,
    client: reqwest::Client,
}

impl Api {
    pub(super) fn new(endpoint: String) -> Self {
        Self { endpoint, client: outbound::http().build().expect("a client") }
    }

    /// Makes a call of a service that speaks the JSON protocol.
    pub(super) async fn call(&self, service: Service, call: &str, body: &Value) -> Value {
        let request = self
            .request(Method::POST, "/", service.signed)
            .header("X-Amz-Target", format!("{}.{call}", service.target))
            .header("Content-Type", "application/x-amz-json-1.0")
            .body(body.to_string());
        answer(call, request).await
    }

    /// Makes a call of Lambda, which has paths.
    pub(super) async fn lambda(&self, path: &str, body: &Value) -> Value {
        let path = format!("/2015-03-31/functions{path}");
        let request = self.request(Method::POST, &path, "lambda").json(body);
        answer(&path, request).await
    }

    /// Puts something at a path of S3: a bucket, or an object in one.
    pub(super) async fn put(&self, path: &str, body: Vec<u8>) {
        let request = self.request(Method::PUT, path, "s3").body(body);
        let answer = request.send().await.unwrap_or_else(|error| panic!("PUT {path}: {error}"));
        assert!(answer.status().is_success(), "PUT {path}: {}", answer.status());
    }

    /// Makes a call of a service that is asked by forms.
    pub(super) async fn form(&self, service: &str, body: String) {
        let request = self
            .request(Method::POST, "/", service)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body.clone());
        let answer = request.send().await.unwrap_or_else(|error| panic!("{body}: {error}"));
        assert!(answer.status().is_success(), "{body}: {}", answer.status());
    }

    /// A request with a signature that nobody checks; it says which service is meant.
    fn request(&self, method: Method, path: &str, service: &str) -> RequestBuilder {
        let scope = format!("{ACCOUNT}/20260301/{REGION}/{service}/aws4_request");
        let signature =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
        self.client
            .request(method, format!("{}{path}", self.endpoint))
            .header("Authorization", signature)
    }

    /// Whether anybody answers.
    pub(super) async fn answers(&self) -> bool {
        let asked = self.client.get(format!("{}/_ministack/health", self.endpoint)).send().await;
        asked.is_ok_and(|answer| answer.status().is_success())
    }
}

/// The answer to a call, which has to be a good one: a world that is only half there explains
/// nothing.
async fn answer(call: &str, request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap_or_else(|error| panic!("{call}: {error}"));
    let status = answer.status();
    let text = answer.text().await.unwrap_or_else(|error| panic!("{call}: {error}"));
    assert!(status.is_success(), "{call}: {status}: {text}");
    match text.is_empty() {
        true => Value::Null,
        false => {
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{call}: {error}: {text}"))
        }
    }
}
