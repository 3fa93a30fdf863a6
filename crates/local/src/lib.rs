//! An account on one machine.

pub mod bus;
pub mod ecs;
pub mod plant;
pub mod traffic;
