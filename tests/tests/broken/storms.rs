//! Several things break at once, at random. A seed that broke a promise is printed and repeats.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use local::account::Fault;
use local::bus::Disturbance;
use tests::{Dice, explore, report};

use crate::promises;
use crate::scenarios::ALL;

const SEEDS: u64 = 300;

#[test]
fn whatever_breaks_at_once_the_promises_hold() {
    let seeds = (0..SEEDS).flat_map(|seed| ALL.iter().map(move |scenario| (scenario, seed)));
    let explored = explore(seeds, async |(scenario, seed)| {
        let mut world = scenario.begin().await;
        let first = world.account.calls().count();
        world.account.calls().disturb(move |call| {
            match Dice::of(&[seed, call.number - first]).below(40) {
                0 => Some(Fault::Before),
                1 => Some(Fault::After),
                _ => None,
            }
        });
        let count = AtomicU64::new(0);
        world.account.bus().disturb(move |_, _, _| {
            let number = count.fetch_add(1, Ordering::Relaxed);
            match Dice::of(&[seed, number, 1]).below(8) {
                0 => Disturbance::Twice,
                1 => Disturbance::Drop,
                2 => {
                    Disturbance::Delay(Duration::from_secs(Dice::of(&[seed, number, 2]).below(600)))
                }
                _ => Disturbance::Once,
            }
        });
        scenario.play(&mut world).await;
        promises::hold(scenario, &world, &format!("storm {seed}"));
    });
    report(explored, "storms");
}
