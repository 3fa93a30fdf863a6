//! AWS Query: the operation and its input are a form, the answer is XML.
//!
//! Source: the Smithy specification, *AWS query protocol*.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::Response;
use uuid::Uuid;

use super::form::{Form, element};
use super::refusal::Refusal;
use super::{elb, fault, iam, rds};
use crate::account::Account;
use crate::plant::Plant;

/// The content type of a form.
pub(super) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";
/// The versions of the APIs of Elastic Load Balancing, of RDS and of IAM.
const BALANCING: &str = "2015-12-01";
const DATABASES: &str = "2014-10-31";
const ROLES: &str = "2010-05-08";

/// Answers a call of Elastic Load Balancing, of RDS or of IAM.
pub(super) async fn answer<P: Plant>(
    account: &Account<P>,
    body: Result<Bytes, Refusal>,
) -> Response {
    let mut form: Form = match body {
        Ok(body) => form_urlencoded::parse(&body).into_owned().collect(),
        Err(refusal) => return response(BALANCING, "", Err(refusal)),
    };
    let action = form.remove("Action").unwrap_or_default();
    let version = form.remove("Version").unwrap_or_default();
    let operation = match version.as_str() {
        BALANCING => elb::operation(&action),
        DATABASES => rds::operation(&action),
        ROLES => iam::operation(&action),
        _ => None,
    };
    let Some((name, call)) = operation else {
        let message = format!("there is no operation {action:?} of version {version:?} here");
        return response(&version, "", Err(Refusal::new("InvalidAction", message)));
    };

    fault::make(account, name, || response(&version, &action, call(account, form))).await
}

fn response(version: &str, action: &str, answer: Result<String, Refusal>) -> Response {
    let (service, version) = match version {
        DATABASES => ("rds", DATABASES),
        ROLES => ("iam", ROLES),
        _ => ("elasticloadbalancing", BALANCING),
    };
    let namespace = format!("http://{service}.amazonaws.com/doc/{version}/");
    let id = Uuid::new_v4();
    let (status, body) = match answer {
        Ok(result) => (
            StatusCode::OK,
            format!(
                "<{action}Response xmlns=\"{namespace}\">\
                 <{action}Result>{result}</{action}Result>\
                 <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>\
                 </{action}Response>"
            ),
        ),
        Err(Refusal { code, message }) => (
            StatusCode::BAD_REQUEST,
            format!(
                "<ErrorResponse xmlns=\"{namespace}\">\
                 <Error><Type>Sender</Type>{}{}</Error><RequestId>{id}</RequestId>\
                 </ErrorResponse>",
                element("Code", code),
                element("Message", &message)
            ),
        ),
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/xml")
        .header("x-amzn-requestid", id.to_string())
        .body(Body::from(body))
        .expect("these headers are plain")
}
