//! The wire is asked by plain requests, as any SDK would send them, on a clock that is paused.

mod elb;
mod faults;
mod listing;
mod protocol;
mod refusals;
mod shapes;
mod story;
mod tasks;
mod world;
