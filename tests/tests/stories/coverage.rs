//! No state of a deployed machine is left that no test has entered.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::outcome::End;
use local::account::Fault;
use local::plant::Share;
use local::simulated::{Behaviour, Smoke};
use serde_json::json;
use tests::{World, WorldBuilder, document};

/// Machine and state, of everything that a world entered.
fn entered(world: &World) -> BTreeSet<(String, String)> {
    let executions = world.account.executions();
    let states = executions.iter().flat_map(|execution| {
        let machine = execution.identity().machine_name().to_owned();
        execution.path().into_iter().map(move |state| (machine.clone(), state))
    });
    states.collect()
}

/// A good image and its second delivery, then one that is taken back, then nothing at all.
async fn good_and_bad() -> World {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.deliver("checkout", "v1.1.0").await;
    world.settle().await;
    let bad =
        Behaviour { smoke: Smoke { status: 500, ..Smoke::default() }, ..Behaviour::default() };
    world.push("checkout", "v1.2.0", bad).await;
    world.settle().await;
    world.deliver("checkout", "v1.2.0").await;
    world.settle().await;
    let nothing = json!({ "service": "checkout" });
    world.account.start("deployment", "nothing", nothing).expect("a new name");
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed, End::RolledBack, End::Refused]);
    world
}

/// Two waves of which the first is taken back, and an unwanted tag.
async fn held() -> World {
    let of_shop = |name: &str, wave: u16| {
        document(name, |document| {
            document["image"] = json!("ghcr.io/acme/shop");
            document["wave"] = json!(wave);
        })
    };
    let mut world =
        World::builder().with(of_shop("web", 2)).with(of_shop("worker", 1)).begin().await;
    let bad = Behaviour { error_rate: Share::ALL, ..Behaviour::default() };
    world.push("shop", "v1.1.0", bad).await;
    world.settle().await;
    world.push("shop", "nightly", Behaviour::default()).await;
    world.settle().await;
    world
}

/// Executions that are stopped: in the bake, in the queue, and after all was said.
async fn stopped() -> World {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(5)).await;
    for record in world.history("checkout") {
        let execution = world.account.execution("deployment", record.deployment.as_str());
        execution.expect("it runs").stop(None, None);
    }
    world.settle().await;
    let ended = world.outcome("checkout").deployment;
    let detail = json!({ "name": ended, "status": "ABORTED" });
    world.account.start("recovery", "once-more", detail).expect("a new name");
    world.settle().await;
    world
}

/// Blue breaks while green is taken back: neither can serve, and a person is called.
async fn stuck() -> World {
    let mut world = World::begin().await;
    let blue = world.digest("checkout", "v1.0.0").clone();
    let bad = Behaviour { error_rate: Share::ALL, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", bad).await;
    world.pass(Duration::from_secs(30)).await;
    world.account.plant().breaks_at(blue.as_str(), world.account.now());
    world.settle().await;
    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::Stuck, "{}", world.story());
    assert!(outcome.why.contains("it began with: alarm checkout-errors"), "{}", outcome.why);
    assert!(world.desk("checkout").lease.is_none());
    world
}

/// Two people go back at once; then somebody wants to go to an image that there is not, and to one that is ill.
async fn going_back() -> World {
    let mut world = World::begin().await;
    for tag in ["v1.1.0", "v1.2.0"] {
        world.push("checkout", tag, Behaviour::default()).await;
        world.settle().await;
    }
    let unknown = format!("sha256:{}", "0".repeat(64));
    let ill = Behaviour { healthy: false, ..Behaviour::default() };
    world.image("checkout", "v1.3.0", ill);
    for (number, to) in [None, None, Some(unknown.as_str()), Some("v1.3.0")].into_iter().enumerate()
    {
        let name = format!("wish-{number}");
        let wish = json!({ "service": "checkout", "to": to, "by": name });
        world.account.start("rollback", &name, wish).expect("a new name");
        // Two people want the same at the same moment.
        if number > 0 {
            world.settle().await;
        }
    }
    world
}

/// ECS cannot be asked for so long that a step gives up, and the next, and the execution.
async fn outage() -> World {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    let over = world.account.now() + Duration::from_secs(1_000);
    let account = world.account.clone();
    world.account.calls().disturb(move |call| {
        let out = call.name.starts_with("fleet.") && account.now() < over;
        out.then_some(Fault::Before)
    });
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    world
}

/// People are told, one after the other where the channel is busy; then nobody can be.
async fn told() -> World {
    let places = json!({
        "slack": { "channel": "C0DEPLOYS" },
        "github": { "repository": "acme/shop", "environment": "production" }
    });
    let of_shop = |name: &str| {
        document(name, |document| {
            document["image"] = json!("ghcr.io/acme/shop");
            document["tell"] = places.clone();
        })
    };
    let services = ["web", "worker", "admin"].map(of_shop);
    let world = services.into_iter().fold(World::builder().telling(), WorldBuilder::with);
    let mut world = world.begin().await;
    world.push("shop", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    world.settle().await;
    let ended = world.outcome("web").deployment;
    world.account.calls().disturb(|call| {
        let down = ["threads.thread", "mailbox.send", "statuses.status"].contains(&call.name);
        down.then_some(Fault::Before)
    });
    let event = json!({ "deployment": ended, "service": "web" });
    world.account.start("notification", "down", event).expect("a new name");
    world.settle().await;
    world
}

/// An end is told by two executions at once, of which one writes the letter.
async fn told_twice() -> World {
    let mut world = World::builder().telling().begin().await;
    world.account.calls().disturb(|call| {
        (call.name == "mailbox.send").then_some(Fault::Slow(Duration::from_secs(5)))
    });
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    loop {
        let record = world.history("checkout").into_iter().next();
        if let Some(outcome) = record.as_ref().and_then(|record| record.outcome()) {
            let event = json!({ "deployment": outcome.deployment, "service": "checkout" });
            world.account.start("notification", "again", event).expect("a new name");
            break;
        }
        world.pass(Duration::from_secs(1)).await;
    }
    world.settle().await;
    assert_eq!(world.account.letters().len(), 1);
    world
}

#[test]
fn every_state_of_every_machine_is_entered() {
    let mut seen = BTreeSet::new();
    seen.extend(entered(&tests::run(told())));
    seen.extend(entered(&tests::run(told_twice())));
    seen.extend(entered(&tests::run(good_and_bad())));
    seen.extend(entered(&tests::run(held())));
    seen.extend(entered(&tests::run(crate::waves::hindered())));
    seen.extend(entered(&tests::run(stopped())));
    seen.extend(entered(&tests::run(stuck())));
    seen.extend(entered(&tests::run(outage())));
    seen.extend(entered(&tests::run(going_back())));
    seen.extend(entered(&tests::run(async {
        let world = crate::migration::held_by_its_recovery().await;
        crate::migration::approved(&world).await;
        world
    })));
    seen.extend(entered(&tests::run(crate::replicas::waited_for())));
    seen.extend(entered(&tests::run(crate::terraform::redeployed())));
    seen.extend(entered(&tests::run(crate::terraform::moved())));

    let mut missed = Vec::new();
    for (name, text) in local::account::MACHINES {
        let text = asl::substitute(text, |name| Some(name.to_owned())).expect("plain names");
        let machine = asl::Machine::read(&text).expect("a definition");
        for state in machine.states() {
            let state = (format!("cutover-{name}"), state.name().to_owned());
            if !seen.contains(&state) {
                missed.push(state);
            }
        }
    }
    assert!(missed.is_empty(), "no story enters {missed:?}");
}
