//! An account on one machine.
