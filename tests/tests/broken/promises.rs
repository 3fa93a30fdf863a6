//! What is promised, whatever broke.

use std::collections::BTreeMap;

use domain::name::DeploymentId;
use domain::outcome::End;
use domain::record::{Entry, Record};
use domain::verdict::Decision;
use local::account::Told;
use local::plant::Share;
use tests::World;

use crate::scenarios::Scenario;

/// Holds the promises against what happened; `broken` says what was broken, for the message.
pub(crate) fn hold(scenario: &Scenario, world: &World, broken: &str) {
    let promises: [(&str, Result<(), String>); 5] = [
        ("every deployment ends in an end it may have", ends(scenario, world)),
        ("every lease is free and nobody waits", free(world)),
        ("one holder at a time, and its token only grows", one_holder(world)),
        ("traffic is whole, and green gets none before it was judged", traffic(scenario, world)),
        ("what is said to serve serves", truth(world)),
    ];
    for (promise, held) in promises {
        if let Err(why) = held {
            panic!(
                "{}, {broken}: the promise that {promise} is broken: {why}\n{}",
                scenario.name,
                world.story()
            );
        }
    }
}

fn ends(scenario: &Scenario, world: &World) -> Result<(), String> {
    for record in world.history("checkout") {
        let Some(outcome) = record.outcome() else {
            return Err(format!("{} did not end", record.deployment));
        };
        let tag = outcome.tag.as_ref().map(ToString::to_string).unwrap_or_default();
        if !scenario.may_end(&tag, outcome.end) {
            return Err(format!("{tag} ended as {}: {}", outcome.end, outcome.why));
        }
    }
    Ok(())
}

fn free(world: &World) -> Result<(), String> {
    let desk = world.desk("checkout");
    match (&desk.lease, &desk.waiting, &desk.watcher) {
        (None, None, None) => Ok(()),
        _ => Err(format!("{desk:?}")),
    }
}

fn one_holder(world: &World) -> Result<(), String> {
    let mut holder: Option<DeploymentId> = None;
    let mut last = 0;
    for told in world.told() {
        let Told::Recorded { deployment, entry, .. } = told else { continue };
        match entry {
            Entry::Claimed { lease } => {
                if let Some(other) = holder.filter(|other| *other != deployment) {
                    return Err(format!("{deployment} got the lease while {other} held it"));
                }
                if lease.token <= last {
                    return Err(format!("token {} came after {last}", lease.token));
                }
                last = lease.token;
                holder = Some(deployment);
            }
            Entry::Ended { .. } if holder.as_ref() == Some(&deployment) => holder = None,
            _ => {}
        }
    }
    Ok(())
}

fn traffic(scenario: &Scenario, world: &World) -> Result<(), String> {
    let first = world.digest("checkout", "v1.0.0").to_string();
    let mut judged = vec![first];
    let mut digests = BTreeMap::new();

    for told in world.told() {
        match told {
            Told::Recorded { deployment, entry: Entry::Planned { plan }, .. } => {
                digests.insert(deployment, plan.digest.to_string());
            }
            Told::Recorded { deployment, entry: Entry::Judged { verdict }, .. }
                if verdict.decision == Decision::Proceed =>
            {
                judged.extend(digests.get(&deployment).cloned());
            }
            Told::Recorded { .. } => {}
            Told::Shifted { production, .. } => {
                let whole: u16 = production.iter().map(|(_, share)| share.0).sum();
                if whole != Share::ALL.0 {
                    return Err(format!("production adds up to {whole} of 1000"));
                }
                for (digest, _) in production {
                    if !judged.contains(&digest) {
                        return Err(format!("{digest} got traffic before it was judged"));
                    }
                    let unseen = ["v1.1.0", "v1.2.0", "v1.3.0"].into_iter().find(|tag| {
                        world.knows("checkout", tag) == Some(digest.as_str())
                            && !scenario.may_serve(tag)
                    });
                    if let Some(tag) = unseen {
                        return Err(format!("{tag} must never see production"));
                    }
                }
            }
        }
    }
    Ok(())
}

/// The digest that the records say serves is the one that ECS has in production, whole.
fn truth(world: &World) -> Result<(), String> {
    let deployed = |record: &Record| {
        let outcome = record.outcome().filter(|outcome| outcome.end == End::Deployed)?;
        Some((outcome.at, outcome.digest.clone()?))
    };
    let newest = world.history("checkout").iter().filter_map(deployed).max_by_key(|(at, _)| *at);
    let expected = newest.map(|(_, digest)| digest.to_string());
    let expected = expected.unwrap_or_else(|| world.digest("checkout", "v1.0.0").to_string());

    let service = tests::document("checkout", |_| {});
    let serving = world.account.ecs(&service.place(), |service| {
        let orders = service.orders();
        let whole = orders.production.iter().find(|(_, share)| *share == Share::ALL);
        let revision = whole.and_then(|(arn, _)| service.revision(arn));
        revision.and_then(|revision| revision.image_digest().map(str::to_owned))
    });
    match serving.flatten() {
        Some(serving) if serving == expected => Ok(()),
        other => Err(format!("{expected} should serve, {other:?} does")),
    }
}
