//! What Terraform does to what a service stands on: its lock, its states, and what they come to.
//!
//! Source: Terraform's `internal/states/statefile/version4.go` (states), `internal/backend/remote-state/s3`
//! and `internal/states/statemgr/locker.go` (locks).

mod answer;
mod backend;
mod change;
mod heard;
mod holding;
mod lock;
mod memory;
mod run;
mod state;
mod written;

pub use answer::{Answer, Look};
pub use backend::{Backend, Workspace};
pub use change::{Change, changes};
pub use heard::Heard;
pub use lock::Lock;
pub use memory::{Frozen, Memory, Onto};
pub use run::{Run, RunStatus};
pub use state::{Seen, Unreadable, Watch, read};
pub use written::Terraform;

#[cfg(test)]
mod tests;
