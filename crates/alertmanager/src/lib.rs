//! Prometheus' Alertmanager at the door.
//!
//! Bytes come in with their headers; the alerts that were told, or why the door stays shut, go out.
//! Nothing here touches the network or a clock, so the same door stands before AWS, one machine and
//! a test.

pub mod bearer;
mod decode;
mod refusal;
#[cfg(feature = "sns")]
pub mod sns;
pub mod webhook;

use decode::decode;
pub use refusal::Refusal;
pub use webhook::Told;
