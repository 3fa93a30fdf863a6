//! The body of a request on its way to a target.

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// What a client sends, and a note of when it last sent something.
#[derive(Debug)]
pub(crate) struct Upload(Option<(Incoming, Arc<Progress>)>);

/// How far an upload is.
#[derive(Debug)]
pub(super) struct Progress {
    began: Instant,
    last_millis: AtomicU64,
    done: AtomicBool,
}

impl Upload {
    /// No body.
    pub(super) const NONE: Self = Self(None);

    /// The body of a client's request, and its progress when there is anything to send.
    pub(super) fn new(body: Incoming) -> (Self, Option<Arc<Progress>>) {
        if body.is_end_stream() {
            return (Self::NONE, None);
        }
        let progress = Arc::new(Progress {
            began: Instant::now(),
            last_millis: AtomicU64::new(0),
            done: AtomicBool::new(false),
        });
        (Self(Some((body, Arc::clone(&progress)))), Some(progress))
    }
}

impl Progress {
    /// When the client last sent something.
    pub(super) fn last(&self) -> Instant {
        self.began + Duration::from_millis(self.last_millis.load(Ordering::Relaxed))
    }

    /// Whether the client sent all of it.
    pub(super) fn is_done(&self) -> bool {
        self.done.load(Ordering::Relaxed)
    }

    fn advance(&self) {
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_millis.store(millis, Ordering::Relaxed);
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some((body, progress)) = &mut self.0 else { return Poll::Ready(None) };
        let frame = std::task::ready!(Pin::new(&mut *body).poll_frame(context));
        progress.advance();
        if frame.is_none() || body.is_end_stream() {
            progress.done.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(|(body, _)| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), |(body, _)| body.size_hint())
    }
}
