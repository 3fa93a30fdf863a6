//! Step Functions: who waits with a token, and the executions of a machine.

mod callbacks;
mod executions;
mod machine;

pub use callbacks::StepFunctions;
pub use machine::{Started, StateMachine};
