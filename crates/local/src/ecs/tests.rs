//! Stories of deployments, told as timelines.

mod hooks;
mod properties;
mod refusals;
mod stories;
mod supersession;
mod tale;
