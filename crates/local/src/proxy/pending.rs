//! A request that is not counted yet.

use std::sync::Arc;
use tokio::time::Instant;

use super::counts::{Counts, End, Failed};
use super::group::Group;

/// nginx's and ALB's way to log a client that closed the connection before the answer
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html>).
const CLIENT_CLOSED: u16 = 460;

/// Counts one request when it is dropped: as what it was said to be, and when nothing was said, as
/// given up by the client. So no path through the proxy can forget to count, not even a panic.
pub(super) struct Pending {
    /// `None` on the test listener, whose requests are not production traffic.
    counts: Option<Arc<Counts>>,
    group: Option<Arc<Group>>,
    began: Instant,
    end: Option<(End, u64)>,
}

impl Pending {
    pub(super) fn new(counts: Option<Arc<Counts>>, group: Option<Arc<Group>>) -> Self {
        Self { counts, group, began: Instant::now(), end: None }
    }

    /// The target began its answer. This moment is what `TargetResponseTime` measures.
    pub(super) fn answered(&mut self, status: u16) {
        self.end = Some((End::Answered(status), self.micros()));
    }

    /// There is no answer, because of the client.
    pub(super) fn refused(mut self, status: u16) {
        self.end = Some((End::Client(status), self.micros()));
    }

    /// There is no answer, or not a whole one.
    pub(super) fn failed(mut self, why: Failed) {
        self.end = Some((End::Failed(why), self.micros()));
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(counts) = &self.counts else { return };
        let (end, micros) = self.end.unwrap_or((End::Client(CLIENT_CLOSED), self.micros()));
        counts.count(self.group.as_deref(), end, micros);
    }
}
