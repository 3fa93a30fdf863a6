//! What is promised, whatever broke.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::desk::Lease;
use domain::name::{DeploymentId, Digest, ServiceName};
use domain::outcome::End;
use domain::record::{Entry, Record};
use domain::request::Cause;
use domain::service::ServiceDocument;
use domain::verdict::Decision;
use local::account::Told;
use local::plant::Share;
use semver::Version;
use serde::Serialize;

use crate::{Schedule, World};

/// Something that is promised, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// What is promised, as a sentence without a full stop.
    pub promise: &'static str,
    /// What happened instead, if it is broken.
    pub broken: Option<String>,
}

type Held = Result<(), String>;

/// Holds all promises against what happened.
pub fn judge(schedule: &Schedule, world: &World) -> Vec<Promise> {
    let services = schedule.scenario.services();
    let each = |holds: &dyn Fn(&ServiceDocument) -> Held| services.iter().try_for_each(holds);
    let promises: [(&str, Held); 9] = [
        ("every execution ends", over(world)),
        (
            "every deployment ends in an end it may have",
            each(&|service| ends(schedule, world, service)),
        ),
        (
            "every lease is free, nobody waits, and no rollout is left",
            each(&|service| free(world, service)),
        ),
        ("one holder at a time, and its token only grows", one_holder(world)),
        ("a database is changed by one migration at a time, each once", migrations(world)),
        ("traffic is whole, and green gets none before it was judged", traffic(schedule, world)),
        ("what is in quarantine is not deployed", quarantined(world)),
        ("what is said to serve serves", each(&|service| truth(world, service))),
        ("a push never moves a service backwards", each(&|service| forwards(world, service))),
    ];
    let promises = promises.into_iter();
    promises.map(|(promise, held)| Promise { promise, broken: held.err() }).collect()
}

impl Promise {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.broken.is_none()
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.broken {
            None => write!(f, "kept: {}", self.promise),
            Some(why) => write!(f, "broken: {}: {why}", self.promise),
        }
    }
}

fn over(world: &World) -> Held {
    match world.running().first() {
        None => Ok(()),
        Some(execution) => Err(format!("{} still runs", execution.identity().arn)),
    }
}

fn ends(schedule: &Schedule, world: &World, service: &ServiceDocument) -> Held {
    let name = service.name.as_str();
    for record in world.history(name) {
        let Some(outcome) = record.outcome() else {
            return Err(format!("{} did not end", record.deployment));
        };
        let tag = outcome.digest.as_ref().and_then(|digest| world.tag_of(name, digest.as_str()));
        let image = tag.and_then(|tag| schedule.image(name, tag));
        let may = match outcome.end {
            End::Deployed => image == Some(crate::Image::Good),
            End::Refused | End::RolledBack => true,
            // A way back that a person stops leaves what was to be left: somebody has to know.
            End::Stuck => outcome.cause == Cause::Rollback,
        };
        if !may {
            let what = tag.map_or_else(|| record.deployment.to_string(), ToOwned::to_owned);
            return Err(format!("{what} of {name} ended as {}: {}", outcome.end, outcome.why));
        }
    }
    Ok(())
}

fn free(world: &World, service: &ServiceDocument) -> Held {
    let desk = world.desk(service.name.as_str());
    if (&desk.lease, &desk.watcher) != (&None, &None)
        || (&desk.waiting, &desk.urgent) != (&None, &None)
    {
        return Err(format!("{desk:?}"));
    }
    let newest = world.account.ecs(&service.place(), |it| it.deployments().into_iter().next());
    match newest.flatten() {
        Some(rollout) if !rollout.status.is_final() => {
            Err(format!("{} is {:?}", rollout.arn, rollout.status))
        }
        _ => Ok(()),
    }
}

/// A lease that expired may be taken over: by then its holder's execution is gone.
fn one_holder(world: &World) -> Held {
    let mut leases: BTreeMap<ServiceName, (Option<Lease>, u64)> = BTreeMap::new();
    for told in world.told() {
        let Told::Recorded { at, deployment, service, entry } = told else { continue };
        let (held, last) = leases.entry(service).or_default();
        let holds = held.as_ref().is_some_and(|held| held.holder == deployment);
        match entry {
            Entry::Claimed { lease } => {
                if let Some(other) = held.as_ref().filter(|it| !holds && it.expires_at > at) {
                    let other = &other.holder;
                    return Err(format!("{deployment} got the lease while {other} held it"));
                }
                if lease.token <= *last {
                    return Err(format!("token {} came after {last}", lease.token));
                }
                (*held, *last) = (Some(lease.clone()), lease.token);
            }
            Entry::Launched { .. } | Entry::Proceeded { .. } if !holds => {
                return Err(format!("{deployment} went on without the lease"));
            }
            Entry::Ended { .. } if holds => *held = None,
            _ => {}
        }
    }
    Ok(())
}

/// Told by the records: who goes on has migrated, and nobody ends while it still does.
fn migrations(world: &World) -> Held {
    let mut plans = BTreeMap::new();
    let mut running: BTreeMap<ServiceName, DeploymentId> = BTreeMap::new();
    let mut migrated: BTreeSet<(ServiceName, Digest)> = BTreeSet::new();
    for told in world.told() {
        let Told::Recorded { deployment, service, entry, .. } = told else { continue };
        match entry {
            Entry::Planned { plan } => drop(plans.insert(deployment, plan)),
            Entry::Migrating { .. } => {
                let digest = plans.get(&deployment).map(|plan| plan.digest.clone());
                if digest.is_some_and(|it| migrated.contains(&(service.clone(), it))) {
                    return Err(format!("{deployment} migrates what was migrated before"));
                }
                if let Some(other) = running.insert(service, deployment.clone()) {
                    return Err(format!("{deployment} migrates while {other} does"));
                }
            }
            Entry::Migrated { migrated: how } => {
                running.remove(&service);
                if let Some(plan) = plans.get(&deployment).filter(|_| how.good) {
                    migrated.insert((service, plan.digest.clone()));
                }
            }
            Entry::Launched { .. } => {
                let plan = plans.get(&deployment).filter(|plan| plan.migrates);
                if plan.is_some_and(|it| !migrated.contains(&(service, it.digest.clone()))) {
                    return Err(format!("{deployment} was launched without its migration"));
                }
            }
            Entry::Ended { .. } if running.get(&service) == Some(&deployment) => {
                return Err(format!("{deployment} ended and its migration runs on"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn traffic(schedule: &Schedule, world: &World) -> Held {
    let services = schedule.scenario.services().into_iter();
    let first = |service: ServiceDocument| {
        let digest = world.digest(service.name.as_str(), "v1.0.0").to_string();
        (service.place().service, service.name, digest)
    };
    let first: Vec<_> = services.map(first).collect();
    let mut judged: BTreeSet<String> = first.iter().map(|(.., digest)| digest.clone()).collect();
    let mut planned = BTreeMap::new();

    for told in world.told() {
        match told {
            Told::Recorded { deployment, entry: Entry::Planned { plan }, .. } => {
                planned.insert(deployment, plan.digest.to_string());
            }
            Told::Recorded { deployment, entry: Entry::Judged { verdict }, .. }
                if verdict.decision == Decision::Proceed =>
            {
                judged.extend(planned.get(&deployment).cloned());
            }
            Told::Recorded { .. } | Told::Wrote { .. } => {}
            Told::Shifted { production, place, .. } => {
                let whole: u16 = production.iter().map(|(_, share)| share.0).sum();
                if whole != Share::ALL.0 {
                    return Err(format!("production of {place} adds up to {whole} of 1000"));
                }
                let name = first.iter().find(|(its, ..)| *its == place.service);
                let name = name.map(|(_, name, _)| name.as_str()).unwrap_or_default();
                for (digest, _) in production {
                    if !judged.contains(&digest) {
                        return Err(format!("{digest} got traffic before it was judged"));
                    }
                    let tag = world.tag_of(name, &digest).unwrap_or_default();
                    if schedule.image(name, tag).is_some_and(|image| !image.may_serve()) {
                        return Err(format!("{tag} of {name} must never see production"));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Nothing is begun with a digest that was put into quarantine before, unless a person lifted that.
fn quarantined(world: &World) -> Held {
    let (mut planned, mut forbidden) = (BTreeMap::new(), BTreeSet::new());
    for told in world.told() {
        let Told::Recorded { deployment, service, entry, .. } = told else { continue };
        match entry {
            Entry::Planned { plan } => {
                planned.insert(deployment, plan.digest);
            }
            Entry::Quarantined { quarantine } => {
                forbidden.insert((service, quarantine.digest));
            }
            Entry::Lifted { lifted } => {
                forbidden.remove(&(service, lifted.digest));
            }
            Entry::Launched { .. } => {
                let digest = planned.get(&deployment).cloned();
                if digest.is_some_and(|digest| forbidden.contains(&(service, digest))) {
                    return Err(format!("{deployment} was begun"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// What was deployed, by the time of its end.
fn deployed(world: &World, service: &ServiceDocument) -> Vec<Record> {
    let mut records = world.history(service.name.as_str());
    records.retain(|record| record.outcome().is_some_and(|it| it.end == End::Deployed));
    records.sort_by_key(|record| record.outcome().map(|outcome| outcome.at));
    records
}

/// The digest that the records say serves is the one that ECS has in production, whole.
fn truth(world: &World, service: &ServiceDocument) -> Held {
    let newest = deployed(world, service).pop();
    let newest = newest.and_then(|record| record.outcome()?.digest.clone());
    let first = || world.digest(service.name.as_str(), "v1.0.0").clone();
    let expected = newest.unwrap_or_else(first).to_string();

    let serving = world.account.ecs(&service.place(), |service| {
        let orders = service.orders();
        let whole = orders.production.iter().find(|(_, share)| *share == Share::ALL);
        let revision = whole.and_then(|(arn, _)| service.revision(arn));
        revision.and_then(|revision| revision.image_digest().map(str::to_owned))
    });
    match serving.flatten() {
        Some(serving) if serving == expected => Ok(()),
        other => Err(format!("{expected} should serve {}, {other:?} does", service.name)),
    }
}

fn forwards(world: &World, service: &ServiceDocument) -> Held {
    let mut last = None;
    for record in deployed(world, service) {
        let Some(outcome) = record.outcome() else { continue };
        let tag = outcome.tag.as_ref().map(ToString::to_string).unwrap_or_default();
        let version = Version::parse(tag.trim_start_matches('v')).ok();
        if outcome.cause == Cause::Push && version <= last {
            return Err(format!("{tag} of {} came after a newer release", service.name));
        }
        last = version;
    }
    Ok(())
}
