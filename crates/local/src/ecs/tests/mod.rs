//! Stories of deployments, told as timelines.

mod hooks;
mod properties;
mod refusals;
mod simulation;
mod stories;
mod supersession;
mod tale;
