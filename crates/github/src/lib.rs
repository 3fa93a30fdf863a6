//! GitHub at the door, and the registry where its images are.
//!
//! At the door bytes come in with their headers; what was heard, or why the door stays shut, goes
//! out. Nothing there touches the network or a clock, so the same door stands before AWS, one machine
//! and a test. The `registry` does touch both, and is built only where its feature is asked for.

mod refusal;
#[cfg(feature = "registry")]
pub mod registry;
mod secrets;
pub mod signature;
pub mod webhook;

pub use refusal::Refusal;
pub use secrets::{Secrets, Unusable};
pub use webhook::{Heard, Push};
