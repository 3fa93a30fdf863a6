//! The command line as a person meets it: the real program, what it prints, how it ends.

#[cfg(feature = "aws")]
mod account;
mod check;
mod daemon;
mod demo;
mod execute;
mod interface;
mod plan;
mod replay;
mod schema;
mod services;
mod validate;
mod world;
