//! A function that is asked by HTTP, at its own URL.
//!
//! The events are those of payload format 2.0
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads>). Little of
//! them is read, and none of it is trusted.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    #[serde(rename = "requestContext")]
    context: Context,
}

#[derive(Debug, Clone, Deserialize)]
struct Context {
    http: Http,
}

#[derive(Debug, Clone, Deserialize)]
struct Http {
    method: String,
    #[serde(default)]
    path: String,
}

impl Request {
    /// `POST`, and the like.
    pub fn method(&self) -> &str {
        &self.context.http.method
    }

    /// `/`, and what may follow it.
    pub fn path(&self) -> &str {
        &self.context.http.path
    }

    /// Names and values. AWS writes the names in lower case; that is not relied on.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The very bytes that were sent, which is what a signature is of; or what is wrong with them.
    pub fn body(self) -> Result<Vec<u8>, String> {
        let body = self.body.unwrap_or_default();
        match self.is_base64_encoded {
            true => BASE64.decode(body).map_err(|error| format!("the body is not base64: {error}")),
            false => Ok(body.into_bytes()),
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    status_code: u16,
    headers: BTreeMap<&'static str, &'static str>,
    body: String,
}

impl Response {
    /// An answer in JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status_code: status,
            headers: BTreeMap::from([("content-type", "application/json")]),
            body: body.to_string(),
        }
    }

    /// An error, by its name and in a sentence.
    pub fn error(status: u16, name: &str, message: &str) -> Self {
        Self::json(status, &json!({ "error": name, "message": message }))
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status_code
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn request(event: &Value) -> Request {
        domain::failure::decode(event).unwrap()
    }

    #[test]
    fn the_body_is_what_was_sent() {
        for (event, body) in [
            (json!({ "body": "Grüße\r\n" }), "Grüße\r\n".as_bytes()),
            (json!({ "body": "/wAK", "isBase64Encoded": true }), &[0xff, 0, 10]),
            (json!({ "body": "/wAK", "isBase64Encoded": false }), b"/wAK"),
            (json!({ "body": null, "isBase64Encoded": true }), b""),
            (json!({}), b""),
        ] {
            let mut event = event;
            event["requestContext"] = json!({ "http": { "method": "POST", "path": "/" } });

            assert_eq!(request(&event).body().unwrap(), body, "{event}");
        }
    }

    #[test]
    fn what_is_no_base64_is_told() {
        let event = json!({
            "requestContext": { "http": { "method": "POST" } },
            "body": "a signature", "isBase64Encoded": true
        });

        let problem = request(&event).body().unwrap_err();
        assert_eq!(problem, "the body is not base64: Invalid symbol 32, offset 1.");
    }

    #[test]
    fn an_answer_is_what_a_function_url_wants() {
        let response = Response::json(405, &json!({ "error": "no" })).with("allow", "POST");

        assert_eq!(
            json!(response),
            json!({
                "statusCode": 405,
                "headers": { "allow": "POST", "content-type": "application/json" },
                "body": "{\"error\":\"no\"}"
            })
        );
    }

    proptest! {
        #[test]
        fn any_body_arrives_as_it_was(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let event = json!({
                "requestContext": { "http": { "method": "POST" } },
                "body": BASE64.encode(&body), "isBase64Encoded": true
            });
            prop_assert_eq!(request(&event).body().unwrap(), body);
        }

        #[test]
        fn any_text_is_a_body_or_a_problem(body: String, encoded: bool) {
            let event = json!({
                "requestContext": { "http": { "method": "POST" } },
                "body": body, "isBase64Encoded": encoded
            });
            let _ = request(&event).body();
        }
    }
}
