//! GitHub at the door.
//!
//! Bytes come in with their headers; what was heard, or why the door stays shut, goes out. Nothing
//! here touches the network or a clock, so the same door stands before AWS, one machine and a test.

mod refusal;
mod secrets;
pub mod signature;
pub mod webhook;

pub use refusal::Refusal;
pub use secrets::{Secrets, Unusable};
pub use webhook::{Heard, Push};
