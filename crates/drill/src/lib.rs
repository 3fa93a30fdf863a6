//! Drills: deployments in a simulated account on a paused clock, with whatever may go wrong in them.
//!
//! A [`World`] has services that serve their first release. Images are pushed to it, time passes,
//! and in the end it tells its [story](World::story).
//! A [`Schedule`] says what happens in one: a [scenario](Scenario), what people do besides, and what
//! is disturbed. It is plain data, so that it can be drawn, [explored](explore()), shrunk, kept in a
//! file and played again. Whatever it is, the [promises] hold.

mod alarms;
mod run;
mod story;
mod teller;
mod world;

mod act;
mod disturbance;
mod scenario;
mod schedule;

pub mod promises;

mod dice;
mod explore;
mod judging;
mod shrink;

pub use act::{Act, Deed, Image};
pub use dice::Dice;
pub use disturbance::{Arrival, Disturbance, Failing};
pub use explore::explore;
pub use judging::{Broken, judged};
pub use promises::Promise;
pub use run::{paused, run};
pub use scenario::Scenario;
pub use schedule::{Mistake, Schedule};
pub use story::Story;
pub use world::{Extent, Plant, World, WorldBuilder, document};
