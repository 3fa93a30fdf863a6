//! What the interpreter refuses, and what it does: tables for the features, stories for time.

mod data;
mod errors;
mod forks;
mod functions;
mod history;
mod limits;
mod refusals;
mod robustness;
mod script;
mod states;
mod stops;
mod timeouts;
mod tokens;
mod view;
mod world;
