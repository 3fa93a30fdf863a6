//! The body of an answer on its way to the client.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::SendRequest;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

use super::counts::Failed;
use super::pending::Pending;
use super::target::InFlight;
use super::upload::Upload;

type BoxError = Box<dyn Error + Send + Sync>;

/// What the client is sent: a target's answer, or a short text of the proxy's own.
pub(super) enum Download {
    Own(Full<Bytes>),
    Target(Box<Relayed>),
}

/// A target's answer. The request stays in flight, and its connection taken, until this is dropped.
pub(super) struct Relayed {
    body: Incoming,
    ended: bool,
    /// What to do when the body ends; `None` after it broke off.
    exchange: Option<Exchange>,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

struct Exchange {
    connection: SendRequest<Upload>,
    in_flight: InFlight,
    pending: Pending,
}

impl Download {
    pub(super) fn own(text: &'static str) -> Self {
        Self::Own(Full::new(Bytes::from_static(text.as_bytes())))
    }

    /// Relays `body`, unless the target sends nothing for as long as `patience`.
    pub(super) fn relay(
        body: Incoming,
        connection: SendRequest<Upload>,
        in_flight: InFlight,
        pending: Pending,
        patience: Duration,
    ) -> Self {
        let exchange = Some(Exchange { connection, in_flight, pending });
        Self::Target(Box::new(Relayed { body, ended: false, exchange, patience, stalled: None }))
    }
}

impl Relayed {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.stalled = None;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(self.break_off(error)))),
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Poll::Pending => {
                let patience = self.patience;
                let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
                match stalled.as_mut().poll(context) {
                    Poll::Ready(()) => {
                        Poll::Ready(Some(Err(self.break_off("the target stopped sending"))))
                    }
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn break_off(&mut self, error: impl Into<BoxError>) -> BoxError {
        if let Some(exchange) = self.exchange.take() {
            exchange.pending.failed(Failed::BrokenOff);
        }
        error.into()
    }
}

impl Drop for Relayed {
    fn drop(&mut self) {
        // hyper does not ask for the end of a body whose length it knows, so this is the only place
        // that sees every end. A connection whose answer was not read to the end cannot be reused.
        let ended = self.ended || self.body.is_end_stream();
        if let Some(exchange) = self.exchange.take()
            && ended
        {
            exchange.in_flight.target().pool.give(exchange.connection);
        }
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut *self {
            Self::Own(text) => Pin::new(text).poll_frame(context).map_err(|never| match never {}),
            Self::Target(relayed) => relayed.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(text) => text.is_end_stream(),
            Self::Target(relayed) => relayed.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(text) => text.size_hint(),
            Self::Target(relayed) => relayed.body.size_hint(),
        }
    }
}
