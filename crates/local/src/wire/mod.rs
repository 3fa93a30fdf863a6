//! Our model of ECS, its load balancer, its logs, the roles and the databases behind AWS's own wire protocols,
//! so that whatever was built with an AWS SDK can be pointed at it: `AWS_ENDPOINT_URL_ECS`,
//! `AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2`, `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`,
//! `AWS_ENDPOINT_URL_RDS` and `AWS_ENDPOINT_URL_IAM`.
//!
//! One listener answers all: a request that names its operation in `X-Amz-Target` is for ECS or
//! CloudWatch Logs (AWS JSON 1.1), a form is for Elastic Load Balancing, RDS or IAM (AWS Query), as its
//! version says. Names and shapes are those of `aws-sdk-ecs` 1.157, `aws-sdk-cloudwatchlogs` 1.162,
//! `aws-sdk-elasticloadbalancingv2` 1.134, `aws-sdk-rds` 1.159 and `aws-sdk-iam` 1.133, bounds those of the API reference.
//!
//! What is asked of the model is asked of the same account as in process. What AWS knows and the
//! model does not, an operation or a parameter, is refused by name: ignoring it would let a test pass
//! that AWS would fail. Signatures are not looked at: whoever reaches the listener may call, so it
//! belongs on loopback.

mod ecs;
mod elb;
mod fault;
mod form;
mod iam;
mod json;
mod logs;
mod query;
mod rds;
mod refusal;
#[cfg(test)]
mod tests;
mod values;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use tokio::net::TcpListener;

use self::refusal::Refusal;
use crate::account::Account;
use crate::plant::Plant;

/// The largest request that is read. A task definition of AWS has at most 64 KiB.
const LARGEST: usize = 1024 * 1024;

/// Answers whoever comes to `listener`, until the account closes.
///
/// Every call is one of the [account's calls](Account::calls), named `ecs.UpdateService` or
/// `elasticloadbalancing.DescribeTargetHealth`, and can be made to fail there: before its effect or
/// after it, by a connection that breaks in the middle of the answer; or by no answer at all.
pub async fn serve<P: Plant>(account: Account<P>, listener: TcpListener) -> std::io::Result<()> {
    let closed = account.clone().closed();
    let app = Router::new().fallback(hear::<P>).with_state(account);
    axum::serve(listener, app).with_graceful_shutdown(closed).await
}

async fn hear<P: Plant>(State(account): State<Account<P>>, request: Request) -> Response {
    answer(&account, request).await
}

/// Answers one request.
async fn answer<P: Plant>(account: &Account<P>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = read(body).await;
    match content_type(&head.headers) {
        query::CONTENT_TYPE => query::answer(account, body).await,
        content_type => {
            let target = head.headers.get(json::TARGET).map(HeaderValue::as_bytes);
            json::answer(account, content_type, target, body).await
        }
    }
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    axum::body::to_bytes(body, LARGEST).await.map_err(|error| {
        Refusal::unreadable(format!("the body cannot be read up to {LARGEST} bytes: {error}"))
    })
}

/// The media type of a body, without parameters such as its character set.
fn content_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}
