//! A person presses *Stop execution*, at every call and in every wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tests::{World, explore, report};

use crate::promises;
use crate::scenarios::{ALL, Scenario};

/// When the button is pressed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// While a step makes its `n`th call.
    Call(u64),
    /// So many seconds after the first push.
    Second(u64),
}

fn stop(account: &local::account::Account<tests::Plant>, machine: &str) {
    for execution in account.executions() {
        if execution.identity().machine_name() == format!("cutover-{machine}") {
            execution.stop(None, Some("somebody pressed stop".to_owned()));
        }
    }
}

async fn stopped(scenario: &Scenario, machine: &'static str, moment: Moment) -> World {
    let mut world = scenario.begin().await;
    let account = world.account.clone();
    let first = account.calls().count();
    match moment {
        Moment::Call(number) => {
            let pressed = Arc::new(AtomicBool::new(false));
            let presser = account.clone();
            account.calls().disturb(move |call| {
                if call.number == first + number && !pressed.swap(true, Ordering::Relaxed) {
                    stop(&presser, machine);
                }
                None
            });
        }
        Moment::Second(second) => {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(second)).await;
                stop(&account, machine);
            });
        }
    }
    scenario.play(&mut world).await;
    world
}

async fn calls_of(scenario: &Scenario) -> u64 {
    let mut world = scenario.begin().await;
    let before = world.account.calls().count();
    scenario.play(&mut world).await;
    world.account.calls().count() - before
}

#[test]
fn wherever_an_execution_is_stopped_the_promises_hold() {
    let explored = explore(
        ALL.iter().flat_map(|scenario| {
            let calls = tests::run(calls_of(scenario));
            let at_calls = (0..calls).map(Moment::Call);
            let in_waits = (0..600).step_by(13).map(Moment::Second);
            let moments: Vec<Moment> = at_calls.chain(in_waits).collect();
            let machines = ["deployment", "release"].into_iter();
            machines.flat_map(move |machine| {
                moments.clone().into_iter().map(move |moment| (scenario, machine, moment))
            })
        }),
        async |(scenario, machine, moment)| {
            let world = stopped(scenario, machine, moment).await;
            promises::hold(scenario, &world, &format!("{machine} stopped at {moment:?}"));
        },
    );
    report(explored, "schedules of stopped executions");
}
