//! What a service stands on.

use std::collections::{BTreeMap, BTreeSet};

use domain::Failure;
use domain::metric::Series;
use domain::plan::Plan;
use domain::preflight::{Blueprint, Capacity, Ground, Known, Serving, Wiring, quota};
use domain::strategy::Strategy;
use futures_util::future::{join, try_join, try_join_all, try_join4};
use jiff::Timestamp;

use crate::ports::{Balancer, Fleet, Logs, Metrics, Roles, Vault};

/// Asks for everything that a service stands on: what names it first, then all that is named, side
/// by side.
#[expect(clippy::too_many_arguments, reason = "a step's signature is its list of permissions")]
pub(super) async fn ask(
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    vault: &impl Vault,
    roles: &impl Roles,
    logs: &impl Logs,
    metrics: &impl Metrics,
    plan: &Plan,
    blue: &Serving,
    now: Timestamp,
) -> Result<Ground, Failure> {
    let place = plan.service.place();
    let from = plan.template.as_ref().unwrap_or(&blue.task_definition);
    let (wiring, blueprint) =
        try_join(known(fleet.wiring(&place)), known(fleet.blueprint(from))).await?;

    // A rolling deployment moves no traffic.
    let shifts = plan.strategy() != (Strategy::Rolling {});
    let wired = || wiring.iter().filter(|_| shifts);
    let tasks = || blueprint.iter().flatten();
    let named_roles = wired().flat_map(Wiring::roles).chain(tasks().flat_map(Blueprint::roles));
    let others = async {
        let left = vcpus(metrics, wiring.as_ref().ok().filter(|_| shifts), now);
        let (roles, left) = join(each(named_roles, |role| roles.role(role)), left).await;
        Ok((roles?, left))
    };
    let named = try_join4(
        each(wired().flat_map(Wiring::groups), |group| balancer.group(group)),
        each(wired().flat_map(Wiring::rules), |rule| balancer.rule(rule)),
        each(tasks().flat_map(Blueprint::all_secrets), |secret| vault.holds(secret)),
        each(tasks().flat_map(Blueprint::all_logs), |group| logs.has_group(group)),
    );
    let ((groups, rules, secrets, logs), (roles, vcpus)) = try_join(named, others).await?;

    Ok(Ground { wiring, blueprint, groups, rules, roles, vcpus, secrets, logs })
}

/// What is left of the quota that the service's tasks count against. Nothing is refused for it, so
/// nothing waits for a CloudWatch that does not tell.
async fn vcpus(
    metrics: &impl Metrics,
    wiring: Option<&Wiring>,
    now: Timestamp,
) -> Option<Known<Series>> {
    let Capacity::Fargate(Some(purchase)) = wiring?.capacity else { return None };
    let left = [quota::left(purchase)];
    let told = metrics.computed(&left, quota::RECENT.before(now), now).await;
    let first = |series: Vec<Series>| series.into_iter().next().unwrap_or(Series::NoData);
    Some(told.map(first).map_err(|failure| failure.to_string()))
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
