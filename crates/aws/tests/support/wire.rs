//! What was asked, read from the wire.

use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::cbor;

/// One request, as often as the SDK sent it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// What was asked for. By protocol: JSON has the header `X-Amz-Target`
    /// (`AmazonEC2ContainerServiceV20141113.DescribeServices`), the query protocol the field
    /// `Action` (`DescribeTargetHealth`), RPC v2 CBOR the last words of the path
    /// (`GraniteServiceVersion20100801.DescribeAlarms`), and what is left, method and path
    /// (`GET /bucket/key?list-type=2`).
    pub(crate) action: String,
    /// What was said, as JSON whatever the protocol was: a form is an object of its fields, CBOR is
    /// an object in which moments are seconds since 1970, and what is neither is a text.
    pub(crate) body: Value,
}

impl Call {
    pub(super) async fn read(request: Request<Incoming>) -> Self {
        let (head, body) = request.into_parts();
        let body = body.collect().await.expect("the SDK sends its whole request").to_bytes();
        let header = |name: &str| head.headers.get(name)?.to_str().ok().map(str::to_owned);
        let path = head.uri.path();

        if let Some(target) = header("x-amz-target") {
            let body = serde_json::from_slice(&body).expect("a JSON protocol sends JSON");
            return Self { action: target, body };
        }
        if let Some(rpc) = path.strip_prefix("/service/") {
            return Self { action: rpc.replace("/operation/", "."), body: cbor::read(&body) };
        }
        if header(CONTENT_TYPE.as_str()).is_some_and(|it| it.contains("x-www-form-urlencoded")) {
            let (mut action, mut fields) = (None, Map::new());
            for (name, value) in form_urlencoded::parse(&body) {
                match &*name {
                    "Action" => action = Some(value.into_owned()),
                    "Version" => {}
                    _ => _ = fields.insert(name.into_owned(), value.into()),
                }
            }
            let action = action.expect("the query protocol names its action");
            return Self { action, body: fields.into() };
        }
        let path = head.uri.path_and_query().map_or(path, |path| path.as_str());
        let text = String::from_utf8_lossy(&body).into_owned();
        Self { action: format!("{} {path}", head.method), body: text.into() }
    }
}
