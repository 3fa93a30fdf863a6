//! An account on one machine.

pub mod account;
pub mod alarms;
pub mod bus;
pub mod daemon;
pub mod databases;
pub mod door;
pub mod ecs;
pub mod load;
pub mod plant;
pub mod processes;
pub mod proxy;
pub mod real;
pub mod simulated;
pub mod traffic;
pub mod wire;
