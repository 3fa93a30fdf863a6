//! What a service stands on.

use std::collections::{BTreeMap, BTreeSet};

use domain::Failure;
use domain::plan::Plan;
use domain::preflight::{Blueprint, Ground, Known, Serving, Wiring};
use domain::strategy::Strategy;
use futures_util::future::{try_join, try_join_all, try_join4};

use crate::ports::{Balancer, Fleet, Logs, Vault};

/// Asks for everything that a service stands on: what names it first, then all that is named, side
/// by side.
pub(super) async fn ask(
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    vault: &impl Vault,
    logs: &impl Logs,
    plan: &Plan,
    blue: &Serving,
) -> Result<Ground, Failure> {
    let place = plan.service.place();
    let from = plan.template.as_ref().unwrap_or(&blue.task_definition);
    let (wiring, blueprint) =
        try_join(known(fleet.wiring(&place)), known(fleet.blueprint(from))).await?;

    // A rolling deployment moves no traffic.
    let shifts = plan.strategy() != (Strategy::Rolling {});
    let wired = || wiring.iter().filter(|_| shifts);
    let tasks = || blueprint.iter().flatten();
    let (groups, rules, secrets, logs) = try_join4(
        each(wired().flat_map(Wiring::groups), |group| balancer.group(group)),
        each(wired().flat_map(Wiring::rules), |rule| balancer.rule(rule)),
        each(tasks().flat_map(Blueprint::all_secrets), |secret| vault.holds(secret)),
        each(tasks().flat_map(Blueprint::all_logs), |group| logs.has_group(group)),
    )
    .await?;

    Ok(Ground { wiring, blueprint, groups, rules, secrets, logs })
}

/// Asks for each of these once, all side by side.
async fn each<'a, Name, Told, Asked>(
    names: impl Iterator<Item = &'a Name>,
    ask: impl Fn(&'a Name) -> Asked,
) -> Result<BTreeMap<Name, Known<Told>>, Failure>
where
    Name: Ord + Clone + 'a,
    Asked: Future<Output = Result<Told, Failure>>,
{
    let names: BTreeSet<&Name> = names.collect();
    let asked = names.iter().map(|name| known(ask(name)));
    let told = try_join_all(asked).await?;
    Ok(names.into_iter().cloned().zip(told).collect())
}

/// What may not be looked at is told. What nobody answers is asked again, by the state machine.
async fn known<T>(asked: impl Future<Output = Result<T, Failure>>) -> Result<Known<T>, Failure> {
    match asked.await {
        Ok(told) => Ok(Ok(told)),
        Err(Failure::Refused(why)) => Ok(Err(why)),
        Err(failure) => Err(failure),
    }
}
