//! How fast it is: what the benchmarks measure, as functions that a test may run too.

use asl::Keep;
use domain::outcome::End;
use local::simulated::Behaviour;
use tests::{World, document};

/// Deploys one good image to each of `services` services, side by side, from the push to the end of
/// a ten-minute bake, and answers how many ended as `Deployed`.
///
/// Everything is what runs elsewhere: the bus, the rules, both state machines, all steps, the ECS
/// model, the alarms. Only tasks and time are simulated.
pub async fn deploy(services: usize) -> usize {
    let names: Vec<String> = (0..services).map(|number| format!("service-{number}")).collect();
    let builder = names.iter().fold(World::builder().keeping(Keep::Counts), |builder, name| {
        builder.with(document(name, |_| {}))
    });
    let mut world = builder.begin().await;

    for name in &names {
        world.push(name, "v1.1.0", Behaviour::default()).await;
    }
    world.settle().await;

    names.iter().filter(|name| world.ends(name) == [End::Deployed]).count()
}

#[cfg(test)]
mod counted {
    #[test]
    fn what_is_measured_is_whole_deployments() {
        assert_eq!(tests::run(super::deploy(3)), 3);
    }
}
