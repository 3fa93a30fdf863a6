//! What was asked, read from the wire.

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request};
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
    /// The headers, and the bytes of the body as they came.
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Call {
    pub(super) async fn read(request: Request<Incoming>) -> Self {
        let (head, body) = request.into_parts();
        let bytes = body.collect().await.expect("the SDK sends its whole request").to_bytes();
        let (action, body) = read(&head, &bytes);
        Self { action, body, headers: head.headers, bytes }
    }
}

fn read(head: &Parts, bytes: &[u8]) -> (String, Value) {
    let header = |name: &str| head.headers.get(name)?.to_str().ok();
    let path = head.uri.path();

    if let Some(target) = header("x-amz-target") {
        let body = serde_json::from_slice(bytes).expect("a JSON protocol sends JSON");
        return (target.to_owned(), body);
    }
    if let Some(rpc) = path.strip_prefix("/service/") {
        return (rpc.replace("/operation/", "."), cbor::read(bytes));
    }
    if header("content-type").is_some_and(|it| it.contains("x-www-form-urlencoded")) {
        let (mut action, mut fields) = (None, Map::new());
        for (name, value) in form_urlencoded::parse(bytes) {
            match &*name {
                "Action" => action = Some(value.into_owned()),
                "Version" => {}
                _ => _ = fields.insert(name.into_owned(), value.into()),
            }
        }
        return (action.expect("the query protocol names its action"), fields.into());
    }
    let path = head.uri.path_and_query().map_or(path, |path| path.as_str());
    let text = String::from_utf8_lossy(bytes).into_owned();
    (format!("{} {path}", head.method), text.into())
}
