//! Slack, as people press its buttons and give commands in it.
//!
//! `inbound` is pure: bytes come in with their headers and the moment; what somebody wants, or why
//! the door stays shut, goes out.

pub mod inbound;
