//! HCP Terraform, or Terraform Enterprise: what it tells of runs, and the states of its workspaces.
//!
//! At the door bytes come in with their signature; what was heard, or why the door stays shut, goes
//! out. Nothing there touches the network or a clock. The `client` that reads states does both, and is
//! built only where its feature is asked for.

#[cfg(feature = "client")]
mod body;
#[cfg(feature = "client")]
mod client;
pub mod notification;
mod refusal;
pub mod signature;
#[cfg(feature = "client")]
mod wire;

#[cfg(feature = "client")]
pub use client::{HCP, Hcp};
pub use notification::Heard;
pub use refusal::Refusal;
