//! The fleet over AWS's wire, by the clients of AWS, held against the fleet in process: the same
//! history, told in the same words.
//!
//! A real client and real sockets take real time, so pauses are answered at once and tasks start in
//! milliseconds. What takes hours is told on a paused clock, in `local::wire`'s own tests.

mod agreement;
mod faults;
mod side;
mod tale;
