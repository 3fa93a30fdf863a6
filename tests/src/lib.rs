//! The vocabulary of the stories: a simulated account on a paused clock, and what a person would
//! say about it.
//!
//! A [`World`] has services that serve their first release. Images are pushed to it, time passes,
//! things break, and in the end it tells its [story](World::story).

mod explore;
pub mod functions;
pub mod lambda;
pub mod ministack;
mod story;
mod world;

pub use explore::{Dice, explore, paused, report, run};
pub use story::Story;
pub use world::{Plant, World, WorldBuilder, document};
