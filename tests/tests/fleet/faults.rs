//! Answers that are lost on the way: the client asks again, and nothing happens twice.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::strategy::Strategy;
use local::account::{Call, Fault};
use parking_lot::Mutex;
use workflow::ports::Reply;

use crate::side::{Side, over_the_wire, place};

type Wired = Side<aws::Ecs, aws::Elbv2>;

async fn play(side: &mut Wired) -> Vec<String> {
    let rollout = side.begin(2, Strategy::BlueGreen {}, &[]).await;
    side.carry_on(&rollout, Reply::Continue).await;
    let rollout = side.begin(3, Strategy::BlueGreen {}, &[]).await;
    side.settled(&rollout).await;
    side.stop(&rollout).await;
    side.carry_on(&rollout, Reply::Continue).await;
    side.tale.clone()
}

/// Fails every second call of a name, beginning with the first, if `breaks` says so.
fn every_second(
    fault: Fault,
    breaks: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> impl Fn(Call) -> Option<Fault> + Send + Sync + 'static {
    let failed = Mutex::new(BTreeSet::new());
    move |call| {
        let mut failed = failed.lock();
        if !breaks(call.name) || failed.remove(call.name) {
            return None;
        }
        failed.insert(call.name);
        Some(fault)
    }
}

#[tokio::test]
async fn a_connection_that_breaks_changes_nothing_of_the_tale() {
    let undisturbed = play(&mut over_the_wire().await).await;

    let mut side = over_the_wire().await;
    side.account.calls().disturb(every_second(Fault::Before, |_| true));
    assert_eq!(play(&mut side).await, undisturbed, "no call has its effect at first");

    let mut side = over_the_wire().await;
    // Who registers twice has two task definitions, of which the first is never used.
    let breaks = |name: &str| name != "ecs.RegisterTaskDefinition";
    side.account.calls().disturb(every_second(Fault::After, breaks));
    assert_eq!(play(&mut side).await, undisturbed, "every call has its effect twice");
    let deployments = side.account.ecs(&place(), |service| service.deployments().len());
    assert_eq!(deployments, Some(3), "the first ever, and two");
}

#[tokio::test]
async fn a_call_that_hangs_is_given_up_and_made_again() {
    let undisturbed = play(&mut over_the_wire().await).await;

    let mut side = over_the_wire().await;
    let breaks = |name: &str| name == "ecs.UpdateService";
    side.account.calls().disturb(every_second(Fault::Hang, breaks));
    assert_eq!(play(&mut side).await, undisturbed);
}

#[tokio::test]
async fn what_never_answers_is_unavailable() {
    let mut side = over_the_wire().await;
    side.account.calls().disturb(|_| Some(Fault::Before));

    side.serving(&place()).await;

    assert_eq!(side.tale, ["serving shop/checkout: Unavailable"]);
}

#[tokio::test]
async fn the_wire_is_closed_with_the_account() {
    let mut side = over_the_wire().await;
    side.serving(&place()).await;
    let serving = side.serving.take().expect("it is served");

    side.account.close();

    let ended = tokio::time::timeout(Duration::from_secs(20), serving).await;
    let ended = ended.expect("it ends, though a client keeps its connection");
    ended.expect("it does not panic").expect("it served well");
    side.serving(&place()).await;
    assert_eq!(side.tale[1], "serving shop/checkout: Unavailable");
}
