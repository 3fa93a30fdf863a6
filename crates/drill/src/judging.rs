//! Whether a schedule breaks a promise.

use std::fmt;

use crate::{Promise, Schedule, World, run};

/// Holds what happened against what is promised.
pub trait Judge: Fn(&Schedule, &World) -> Vec<Promise> + Sync {}

impl<J: Fn(&Schedule, &World) -> Vec<Promise> + Sync> Judge for J {}

/// A schedule that breaks promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What happens.
    pub schedule: Schedule,
    /// The promises that it breaks.
    pub promises: Vec<Promise>,
    /// How it goes.
    pub story: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.schedule)?;
        write!(f, "{}", self.story)?;
        self.promises.iter().try_for_each(|promise| writeln!(f, "{promise}"))
    }
}

/// Plays a schedule; answers if it breaks a promise.
pub fn judged(schedule: &Schedule, judge: &impl Judge) -> Option<Broken> {
    run(async {
        let world = schedule.play().await;
        let mut promises = judge(schedule, &world);
        promises.retain(|promise| !promise.holds());
        let broken =
            |promises| Broken { schedule: schedule.clone(), promises, story: world.story() };
        (!promises.is_empty()).then(|| broken(promises))
    })
}
