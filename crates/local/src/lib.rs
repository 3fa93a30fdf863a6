//! An account on one machine.

pub mod plant;
pub mod traffic;
