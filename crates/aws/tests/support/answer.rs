//! What the scripted AWS answers.

use std::time::Duration;

use serde_json::{Value, json};

use super::cbor;

/// An answer: a status and bytes, sent whole, late, in part or not at all.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) delay: Duration,
    pub(super) sent: Sent,
}

/// How much of an answer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Whole,
    /// So many bytes of the body; the connection is cut in the middle of it.
    Only(usize),
    /// The connection is cut before anything is said.
    Nothing,
}

impl Answer {
    /// What a service of the protocol JSON 1.0 or 1.1 answers (ECS, DynamoDB, SSM, …).
    pub(crate) fn json(body: impl Into<Value>) -> Self {
        Self::bytes("application/x-amz-json-1.1", body.into().to_string())
    }

    /// How such a service refuses.
    pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Self {
        Self::json(json!({ "__type": code, "message": message })).status(status)
    }

    /// What a service of the query protocol answers (Elastic Load Balancing, RDS, SNS).
    pub(crate) fn xml(body: impl Into<String>) -> Self {
        Self::bytes("text/xml", body.into())
    }

    /// How such a service refuses.
    pub(crate) fn xml_error(status: u16, code: &str, message: &str) -> Self {
        let error = format!("<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
        Self::xml(format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>")).status(status)
    }

    /// What a service of the protocol RPC v2 CBOR answers (CloudWatch); see [`epoch`] for moments.
    pub(crate) fn cbor(body: impl Into<Value>) -> Self {
        let bytes = cbor::write(body.into());
        Self::bytes("application/cbor", bytes).header("smithy-protocol", "rpc-v2-cbor")
    }

    /// How such a service refuses. It tells the code of its older protocol in a header.
    pub(crate) fn cbor_error(status: u16, code: &str, message: &str) -> Self {
        Self::cbor(json!({ "__type": code, "message": message }))
            .status(status)
            .header("x-amzn-query-error", format!("{code};Sender"))
    }

    /// Any bytes.
    pub(crate) fn bytes(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
            sent: Sent::Whole,
        }
    }

    /// No answer: the connection is cut.
    pub(crate) fn cut() -> Self {
        Self { sent: Sent::Nothing, ..Self::bytes("", "") }
    }

    /// With this status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With this header as well.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// That much later.
    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Only the first half of its body: the connection is cut in the middle.
    pub(crate) fn truncated(mut self) -> Self {
        self.sent = Sent::Only(self.body.len() / 2);
        self
    }

    /// Only the first half of its body, sent as if it were the whole.
    pub(crate) fn halved(mut self) -> Self {
        self.body.truncate(self.body.len() / 2);
        self
    }
}
