//! Slack: what a message of Cutover is there, the client that sends it, and what people say back.
//!
//! `blocks` is pure: a telling becomes the JSON that Slack draws, within its limits, and with
//! nothing in it that Slack would take for markup of ours. `inbound` is pure too: bytes come in with
//! their headers and the moment; what somebody wants, or why the door stays shut, goes out.

pub mod blocks;
#[cfg(feature = "inbound")]
pub mod inbound;

#[cfg(feature = "client")]
mod answer;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod replies;

#[cfg(feature = "client")]
pub use client::Slack;
#[cfg(feature = "client")]
pub use replies::Replies;
