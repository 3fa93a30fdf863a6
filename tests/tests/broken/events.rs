//! Every event is lost, late, early or told twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use local::bus::Disturbance;
use tests::{explore, report};

use crate::promises;
use crate::scenarios::{ALL, Scenario};

const DISTURBANCES: [Disturbance; 5] = [
    Disturbance::Twice,
    Disturbance::Drop,
    Disturbance::Delay(Duration::from_secs(3)),
    Disturbance::Delay(Duration::from_secs(90)),
    Disturbance::Delay(Duration::from_secs(3 * 3600)),
];

async fn deliveries_of(scenario: &Scenario) -> u64 {
    let mut world = scenario.begin().await;
    let deliveries = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&deliveries);
    world.account.bus().disturb(move |_, _, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        Disturbance::Once
    });
    scenario.play(&mut world).await;
    deliveries.load(Ordering::Relaxed)
}

#[test]
fn whichever_event_is_lost_late_or_told_twice_the_promises_hold() {
    let explored = explore(
        ALL.iter().flat_map(|scenario| {
            let deliveries = tests::run(deliveries_of(scenario));
            let disturbances = DISTURBANCES.into_iter();
            disturbances
                .flat_map(move |how| (0..deliveries).map(move |number| (scenario, how, number)))
        }),
        async |(scenario, how, number)| {
            let mut world = scenario.begin().await;
            let count = AtomicU64::new(0);
            world.account.bus().disturb(move |_, _, _| {
                match count.fetch_add(1, Ordering::Relaxed) == number {
                    true => how,
                    false => Disturbance::Once,
                }
            });
            scenario.play(&mut world).await;
            promises::hold(scenario, &world, &format!("delivery {number} {how:?}"));
        },
    );
    report(explored, "schedules of disturbed events");
}
