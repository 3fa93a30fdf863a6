//! Connections to one target that wait for a next request.

use hyper::client::conn::http1::SendRequest;
use parking_lot::Mutex;

use super::upload::Upload;

/// More than this many idle connections to one process help nobody.
const LIMIT: usize = 128;

/// Idle connections, the most recently used last.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Connections>);

#[derive(Debug, Default)]
struct Connections {
    idle: Vec<SendRequest<Upload>>,
    closed: bool,
}

impl Pool {
    /// A connection that can take a request now. The most recently used one, because it is the
    /// least likely to be closed by the target at this moment.
    pub(super) fn take(&self) -> Option<SendRequest<Upload>> {
        let idle = &mut self.0.lock().idle;
        loop {
            // One that was just given back may still be reading its last answer's end: passed over.
            let at = idle.iter().rposition(|it| it.is_closed() || it.is_ready())?;
            let connection = idle.remove(at);
            if !connection.is_closed() {
                return Some(connection);
            }
        }
    }

    /// Gives a connection back when its answer was read to the end.
    pub(super) fn give(&self, connection: SendRequest<Upload>) {
        let mut pool = self.0.lock();
        if pool.idle.len() >= LIMIT {
            pool.idle.retain(|it| !it.is_closed());
        }
        if !pool.closed && !connection.is_closed() && pool.idle.len() < LIMIT {
            pool.idle.push(connection);
        }
    }

    /// Closes what is idle and keeps nothing more, so that a server that waits for its connections
    /// to end is not kept from stopping.
    pub(crate) fn close(&self) {
        let mut pool = self.0.lock();
        pool.closed = true;
        pool.idle.clear();
    }
}
