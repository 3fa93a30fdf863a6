//! GitHub at the door, the registry where its images are, and the deployments that it shows.
//!
//! At the door bytes come in with their headers; what was heard, or why the door stays shut, goes
//! out. Nothing there touches the network or a clock, so the same door stands before AWS, one machine
//! and a test. The `registry` and the `deployments` that GitHub shows do touch both, and are built
//! only where their features are asked for.

#[cfg(feature = "deployments")]
pub mod deployments;
#[cfg(any(feature = "deployments", feature = "registry"))]
mod http;
mod refusal;
#[cfg(feature = "registry")]
pub mod registry;
pub mod signature;
pub mod webhook;

pub use refusal::Refusal;
pub use webhook::{Heard, Push};
