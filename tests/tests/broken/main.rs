//! Everything that can go wrong in a deployment goes wrong here, once each, and then at random; and
//! what is promised (ARCHITECTURE.md, "What is promised") still holds.
//!
//! The scenarios and the promises are the same everywhere; the files differ in what they break.

mod promises;
mod scenarios;

mod calls;
mod events;
mod stops;
mod storms;
mod twice;
