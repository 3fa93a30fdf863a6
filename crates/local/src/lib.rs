//! An account on one machine.

pub mod ecs;
pub mod plant;
pub mod simulated;
pub mod traffic;
