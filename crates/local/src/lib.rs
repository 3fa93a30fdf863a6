//! An account on one machine.

pub mod load;
pub mod plant;
pub mod processes;
pub mod proxy;
pub mod real;
pub mod traffic;
