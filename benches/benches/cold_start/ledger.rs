//! The ledger that is asked: one table in which one execution waits, for something else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The table's name.
pub(crate) const TABLE: &str = "cutover";

/// DynamoDB on loopback, as far as `resume` asks it.
pub(crate) struct Ledger {
    /// The value of `AWS_ENDPOINT_URL`.
    pub(crate) url: String,
    asked: Arc<AtomicUsize>,
}

impl Ledger {
    /// Opens it, until this program ends.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port on loopback");
        let address = listener.local_addr().expect("a listener has an address");
        let asked = Arc::new(AtomicUsize::new(0));
        let app = Router::new().route("/", post(query)).with_state(Arc::clone(&asked));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url: format!("http://{address}"), asked }
    }

    /// How often it was asked what it should be asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Answers the one question that `resume` has, and no other.
///
/// Source: the API model of DynamoDB, `Query`, and its protocol, JSON 1.0.
async fn query(
    State(asked): State<Arc<AtomicUsize>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1], Json<Value>) {
    let json_1_0 = [("content-type", "application/x-amz-json-1.0")];
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let signed = headers.contains_key("authorization");
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let right = target == Some("DynamoDB_20120810.Query")
        && signed
        && body["TableName"] == TABLE
        && body["KeyConditionExpression"] == "pk = :pk"
        && body["ExpressionAttributeValues"] == json!({ ":pk": { "S": "desk" } })
        && body["ConsistentRead"] == true;
    if !right {
        let wrong = json!({ "__type": "com.amazon.coral.validate#ValidationException", "message": format!("{target:?} {body}") });
        return (StatusCode::BAD_REQUEST, json_1_0, Json(wrong));
    }
    asked.fetch_add(1, Ordering::Relaxed);
    (StatusCode::OK, json_1_0, Json(page()))
}

/// One desk, as `aws::DynamoDb` writes it.
fn page() -> Value {
    let arn = |what: &str| format!("arn:aws:ecs:eu-central-1:123456789012:{what}");
    let body = json!({
        "service": "catalog", "version": 7,
        "watcher": {
            "deployment": "catalog-1", "rollout": arn("service-deployment/shop/catalog/another"),
            "place": { "cluster": "shop", "service": "catalog" }, "alarms": ["catalog-5xx"],
            "token": "AQCEAAAAKgAAAAMAAAAAAAAAAQ",
        },
    });
    let item = json!({
        "pk": { "S": "desk" }, "sk": { "S": "catalog" }, "version": { "N": "7" },
        "body": { "S": body.to_string() },
    });
    json!({ "Items": [item], "Count": 1, "ScannedCount": 1 })
}
