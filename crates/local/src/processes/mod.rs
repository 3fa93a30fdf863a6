//! Tasks as child processes of this machine.
//!
//! Unix only: a task is a process group, so that what it starts ends with it.

mod artifact;
mod output;
mod pause;
mod ports;
pub(crate) mod probe;
mod process;
mod reap;
mod record;

pub use artifact::Artifact;
pub(crate) use artifact::Identity;
pub(crate) use output::Tail;
pub(crate) use pause::Pause;
pub(crate) use ports::{Lease, Ports};
pub(crate) use process::{Exit, Process};
pub use reap::{Reaped, reap};
pub use record::Record;
