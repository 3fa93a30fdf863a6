//! An account on one machine.

pub mod bus;
pub mod plant;
pub mod traffic;
