//! What a service does of its own.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use crate::data::Data;
use crate::database::Migration;
use crate::trouble::Trouble;

pub use hyper::{Method, StatusCode};

/// What a service does of its own.
pub trait App: Sized + Send + Sync + 'static {
    /// What the service is called.
    const NAME: &'static str;
    /// Which version it is.
    const VERSION: &'static str;
    /// How its tables came to be, oldest first.
    const MIGRATIONS: &'static [Migration];
    /// Whether it writes into its database.
    const WRITES: bool;

    /// The service, with what it keeps its data in.
    fn new(data: Arc<Data>) -> Self;

    /// Answers a request to any path that not every service has.
    fn answer(&self, call: &Call<'_>) -> impl Future<Output = Result<Reply, Trouble>> + Send;
}

/// A request.
#[derive(Debug)]
pub struct Call<'a> {
    /// `GET` (also for `HEAD`), `POST`, …
    pub method: &'a Method,
    /// The path, cut at its slashes: `/orders/7` is `["orders", "7"]`.
    pub path: &'a [&'a str],
    /// The whole body.
    pub body: &'a [u8],
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    pub(crate) location: Option<String>,
    /// The methods that the path takes, where another was tried.
    pub(crate) allowed: Option<&'static str>,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Answers with a JSON document.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec_pretty(body).unwrap_or_default();
        Self { status, location: None, allowed: None, content_type: "application/json", body }
    }

    /// Answers with text of another kind.
    pub(crate) fn text(content_type: &'static str, body: String) -> Self {
        let body = body.into_bytes();
        Self { status: StatusCode::OK, location: None, allowed: None, content_type, body }
    }

    /// Answers with what went wrong: `{"error": "…"}`.
    pub fn error(status: StatusCode, what: impl AsRef<str>) -> Self {
        Self::json(status, &json!({ "error": what.as_ref() }))
    }

    /// Says where what was created is found.
    #[must_use]
    pub fn located(self, path: String) -> Self {
        Self { location: Some(path), ..self }
    }

    /// Answers that nothing is there.
    pub fn not_found() -> Self {
        Self::error(StatusCode::NOT_FOUND, "nothing is here")
    }

    /// Answers that the path takes another method.
    pub fn wrong_method(allowed: &'static str) -> Self {
        let reply = Self::error(StatusCode::METHOD_NOT_ALLOWED, format!("use {allowed}"));
        Self { allowed: Some(allowed), ..reply }
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}
