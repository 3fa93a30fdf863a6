//! Every call that a step makes fails: before its effect, after it, for a while, or for ever.

use local::account::Fault;
use tests::{World, explore, report};

use crate::promises;
use crate::scenarios::{ALL, Scenario};

/// How one call fails.
#[derive(Debug, Clone, Copy)]
enum Breakage {
    /// Once, without effect.
    Before,
    /// Once, with its effect and without its answer.
    After,
    /// It and the next three, as when a service throttles.
    Throttled,
    /// It never answers, and the step runs into its time limit.
    Hang,
}

impl Breakage {
    const ALL: [Self; 4] = [Self::Before, Self::After, Self::Throttled, Self::Hang];

    fn fault(self, call: u64, broken: u64) -> Option<Fault> {
        match self {
            Self::Before => (call == broken).then_some(Fault::Before),
            Self::After => (call == broken).then_some(Fault::After),
            Self::Hang => (call == broken).then_some(Fault::Hang),
            Self::Throttled => (broken..broken + 4).contains(&call).then_some(Fault::Before),
        }
    }
}

async fn calls_of(scenario: &Scenario) -> u64 {
    let mut world = scenario.begin().await;
    let before = world.account.calls().count();
    scenario.play(&mut world).await;
    promises::hold(scenario, &world, "nothing broken");
    world.account.calls().count() - before
}

async fn broken(scenario: &Scenario, breakage: Breakage, number: u64) -> World {
    let mut world = scenario.begin().await;
    let first = world.account.calls().count();
    world.account.calls().disturb(move |call| breakage.fault(call.number, first + number));
    scenario.play(&mut world).await;
    world
}

#[test]
fn whichever_call_fails_the_promises_hold() {
    let explored = explore(
        ALL.iter().flat_map(|scenario| {
            let calls = tests::run(calls_of(scenario));
            let breakages = Breakage::ALL.into_iter();
            breakages.flat_map(move |breakage| {
                (0..calls).map(move |number| (scenario, breakage, number))
            })
        }),
        async |(scenario, breakage, number)| {
            let world = broken(scenario, breakage, number).await;
            promises::hold(scenario, &world, &format!("call {number} {breakage:?}"));
        },
    );
    report(explored, "schedules of failing calls");
}
