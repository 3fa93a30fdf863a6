//! A build without traces.

use hyper::HeaderMap;
use tracing::Span;

use crate::log::Listener;
use crate::settings::BadSettings;

/// Nothing.
#[derive(Debug)]
pub(crate) enum Traces {}

impl Traces {
    #[expect(clippy::unnecessary_wraps, reason = "as where there are traces")]
    pub(crate) fn begin(
        _: &str,
        _: &'static str,
        _: &'static str,
    ) -> Result<Option<(Self, Listener)>, BadSettings> {
        Ok(None)
    }

    #[expect(clippy::unused_async, reason = "as where there are traces")]
    pub(crate) async fn end(self) {
        match self {}
    }
}

pub(crate) fn follow(_: &Span, _: &HeaderMap) {}
