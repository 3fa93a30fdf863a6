//! An account on one machine.

pub mod plant;
pub mod processes;
pub mod proxy;
pub mod real;
pub mod traffic;
