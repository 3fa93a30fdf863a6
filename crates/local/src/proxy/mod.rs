//! A weighted reverse proxy for HTTP/1.1, as a load balancer's listener with its target groups.
//!
//! Two rules keep a shift from losing requests. A request is counted as in flight under the locks
//! that a change of weights and a deregistration take (`router`, `group`), so a target that is
//! deregistered and drained has answered everything it was ever given. And a connection that the
//! target closed while it waited in the pool is not the request's fault (`forward`).

mod clock;
pub(crate) mod connect;
mod counts;
mod download;
mod forward;
pub(crate) mod group;
pub(crate) mod headers;
pub(crate) mod listener;
mod pending;
mod pool;
mod rotation;
pub(crate) mod router;
pub(crate) mod target;
mod upload;

#[cfg(test)]
mod tests;

pub use clock::Clock;
pub(crate) use counts::Counts;
pub use counts::{Failed, Totals};
