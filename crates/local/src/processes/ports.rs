//! Ports for tasks.

use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::Arc;

/// Below the ports that kernels give to outgoing connections (Linux: from 32768), so that between
/// our looking and the task's listening no connection of anybody can take the port.
const RANGE: Range<u16> = 20_000..32_000;

/// The ports of tasks that live.
#[derive(Debug, Default)]
pub(crate) struct Ports(Mutex<BTreeSet<u16>>);

/// A port that no other task of ours gets until this is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    ports: Arc<Ports>,
    pub(crate) port: u16,
}

impl Ports {
    /// A loopback port on which nothing listens now.
    pub(crate) fn lease(self: &Arc<Self>) -> io::Result<Lease> {
        let first = rand::random_range(RANGE);
        let mut taken = self.0.lock();
        let port = (first..RANGE.end)
            .chain(RANGE.start..first)
            .find(|port| !taken.contains(port) && is_free(*port))
            .ok_or_else(|| io::Error::other("no port from 20000 to 31999 is free"))?;
        taken.insert(port);
        Ok(Lease { ports: Arc::clone(self), port })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.ports.0.lock().remove(&self.port);
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tasks_get_the_same_port() {
        let ports = Arc::new(Ports::default());
        let leases: Vec<_> = (0..50).map(|_| ports.lease().unwrap()).collect();

        let distinct: BTreeSet<_> = leases.iter().map(|lease| lease.port).collect();
        assert_eq!(distinct.len(), 50);

        drop(leases);
        assert!(ports.0.lock().is_empty());
    }
}
