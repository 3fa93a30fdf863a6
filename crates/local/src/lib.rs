//! An account on one machine.

pub mod bus;
