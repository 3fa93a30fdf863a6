//! One process behind the proxy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

use super::pool::Pool;

/// Where one task answers, and what is known of it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// Connections to it that wait for a next request.
    pub(crate) pool: Pool,
    healthy: AtomicBool,
    in_flight: AtomicUsize,
    idle: Notify,
}

impl Target {
    /// A target that was not found healthy yet.
    pub(crate) fn new(address: SocketAddr) -> Arc<Self> {
        Arc::new(Self {
            address,
            pool: Pool::default(),
            healthy: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            idle: Notify::new(),
        })
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    pub(crate) fn set_healthy(&self, healthy: bool) {
        self.healthy.store(healthy, Ordering::Relaxed);
    }

    /// Requests that it was given and has not finished answering.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    /// Completes when no request is in flight. Says something lasting only after the target was
    /// deregistered, because until then new ones may come.
    pub(crate) async fn drained(&self) {
        loop {
            // Registered before the count is read, so that a request ending in between wakes us.
            let idle = self.idle.notified();
            if self.in_flight() == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// A request in flight: the target is not stopped before this is dropped or its patience ends.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Target>);

impl InFlight {
    /// Counts a request in. To be called while the target is known to be registered.
    pub(super) fn begin(target: &Arc<Target>) -> Self {
        target.in_flight.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(target))
    }

    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}
