//! The ports kept by AWS, one file per service.
//!
//! Types of the SDK stay inside. Every error of it becomes the [`Failure`](domain::Failure) that a
//! state machine can do something about, and every call is written to the log under the name of the
//! IAM action that allows it. Each service is a feature, so that a function is built with, and needs
//! permission for, no more than its step asks.

mod config;
mod failure;
#[cfg(feature = "listener")]
mod listener;
mod log;

pub use config::{Config, config};
#[cfg(feature = "listener")]
pub use listener::TestListener;

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl workflow::ports::Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}
