//! What the tests stand on: the vocabulary of the [stories](drill), and the functions as they run on
//! Lambda.

pub mod emf;
pub mod functions;
pub mod lambda;
pub mod ministack;

pub use drill::{Plant, Story, World, WorldBuilder, document, paused, run};
