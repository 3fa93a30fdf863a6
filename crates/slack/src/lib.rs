//! Slack: what a message of Cutover is there, and the client that sends it.
//!
//! `blocks` is pure: a telling becomes the JSON that Slack draws, within its limits, and with
//! nothing in it that Slack would take for markup of ours.

pub mod blocks;

#[cfg(feature = "client")]
mod answer;
#[cfg(feature = "client")]
mod client;

#[cfg(feature = "client")]
pub use client::Slack;
