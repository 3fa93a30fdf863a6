//! How fast it is: what the benchmarks measure, as functions that a test may run too.

pub mod comparison;
pub mod releases;
pub mod states;

use asl::Keep;
use domain::outcome::End;
use local::simulated::Behaviour;
use tests::{World, document};
use tokio::runtime::Runtime;

/// A world with so many services, each serving its first release, and its own paused clock.
#[derive(Debug)]
pub struct Fleet {
    runtime: Runtime,
    world: World,
    names: Vec<String>,
}

impl Fleet {
    /// A fleet of so many services.
    pub fn of(services: usize) -> Self {
        let names: Vec<String> = (0..services).map(|number| format!("service-{number}")).collect();
        let builder = World::builder().keeping(Keep::Counts);
        let builder = names.iter().fold(builder, |all, name| all.with(document(name, |_| {})));
        let runtime = tests::paused();
        let world = runtime.block_on(builder.begin());
        Self { runtime, world, names }
    }

    /// Deploys a good image to each service, side by side, from the push to the end of a ten-minute
    /// bake, and answers how many ended as `Deployed`.
    ///
    /// Everything is what runs elsewhere: the bus, the rules, both state machines, all steps, the
    /// ECS model, the alarms. Only tasks and time are simulated.
    pub fn deploy(&mut self) -> usize {
        let Self { runtime, world, names } = self;
        runtime.block_on(async {
            for name in &*names {
                world.push(name, "v1.1.0", Behaviour::default()).await;
            }
            world.settle().await;
        });

        names.iter().filter(|name| world.ends(name) == [End::Deployed]).count()
    }
}

#[cfg(test)]
mod counted {
    #[test]
    fn what_is_measured_is_whole_deployments() {
        assert_eq!(super::Fleet::of(3).deploy(), 3);
    }
}
