//! An account on one machine.

pub mod alarms;
pub mod plant;
pub mod traffic;
