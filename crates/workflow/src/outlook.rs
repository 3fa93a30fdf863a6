//! What a deployment would meet if it began now.

use domain::Failure;
use domain::desk::Desk;
use domain::evidence::Evidence;
use domain::name::DeploymentId;
use domain::outlook::{Outlook, Reference};
use domain::preflight::Serving;
use domain::release::Before;
use domain::request::{Cause, Request};
use domain::rollout::TargetGroup;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use futures_util::future::try_join;
use jiff::Timestamp;

use crate::judge::metrics;
use crate::plan::decide;
use crate::ports::{
    Alarms, Balancer, Clock, Fleet, Ledger, Logs, Metrics, Prometheus, Registry, Replicas, Roles,
    Vault,
};
use crate::resolve::earlier;
use crate::{preflight, replicas};

/// For how long metrics are looked back at.
const LATELY: Seconds = Seconds::minutes(10);

/// Asks what the steps of a deployment would ask if it began now, and tells what it would meet.
/// Nothing is written, and nobody is asked through the test listener.
#[expect(clippy::too_many_arguments, reason = "a signature is a list of permissions")]
pub async fn outlook(
    clock: &impl Clock,
    registry: &impl Registry,
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    vault: &impl Vault,
    roles: &impl Roles,
    logs: &impl Logs,
    cloudwatch: &(impl Alarms + Metrics),
    prometheus: &impl Prometheus,
    asked: &impl Replicas,
    ledger: &impl Ledger,
    service: ServiceDocument,
    reference: Option<&Reference>,
) -> Result<Outlook, Failure> {
    let now = clock.now();
    let (blue, desk) = try_join(
        fleet.serving(&service.place(), service.container.as_deref()),
        ledger.desk(&service.name),
    )
    .await?;
    let mut request = Request::thought_of(&service, reference, &blue, now);
    let mut outlook = Outlook::of(service.clone(), &request, now);

    let met = async {
        let name = name(registry, ledger, &service, &mut request).await?;
        outlook.deployment = Some(name.clone()).filter(|_| request.cause == Cause::Push);
        let plan = decide(registry, &desk, name, service.clone(), &request, now).await?;
        let looked =
            preflight(clock, fleet, balancer, vault, roles, logs, cloudwatch, ledger, &plan);
        let (facts, _) = Box::pin(looked).await?;
        outlook.meet(&plan, facts, desk.clone(), now);
        Ok::<_, Failure>(())
    };
    // Whatever fails before a deployment has begun refuses it.
    if let Err(failure) = met.await {
        outlook.objections.push(failure.to_string());
    }

    let groups = groups(fleet, &blue).await?;
    let evidence = measure(balancer, cloudwatch, asked, &service, &desk, &groups, now).await?;
    outlook.measure(&evidence, &blue);
    let (checks, span) = (&service.checks.metrics, (LATELY.before(now), now));
    let definition = &blue.task_definition;
    let read = metrics::read(cloudwatch, prometheus, checks, definition, span, &groups, &[]).await;
    outlook.read(&read);
    Ok(outlook)
}

/// The name of the execution that would carry it. Where one carried the same push before, nothing is
/// started.
async fn name(
    registry: &impl Registry,
    ledger: &impl Ledger,
    service: &ServiceDocument,
    request: &mut Request,
) -> Result<DeploymentId, Failure> {
    let Some(tag) = &request.tag else { return Ok(request.execution(0)) };
    request.digest = Some(registry.digest_of(&service.image, tag).await?);
    let (Before::Refused(times) | Before::Deployed(times)) = earlier(ledger, request).await?;
    let name = request.execution(times);

    match ledger.record(&name).await? {
        None => Ok(name),
        Some(record) => {
            let end = record.outcome().map(|outcome| format!(" and ended as {}", outcome.end));
            Err(Failure::Refused(format!(
                "{name} carried this push{}; the same push starts nothing, `cutover deploy` does",
                end.unwrap_or_default()
            )))
        }
    }
}

/// The target groups of what serves.
async fn groups(fleet: &impl Fleet, blue: &Serving) -> Result<Vec<TargetGroup>, Failure> {
    let revisions: Vec<_> = blue.revision.iter().cloned().collect();
    match revisions.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(fleet.target_groups(&revisions).await?.into_iter().flatten().collect()),
    }
}

/// What the checks measure that need no green.
async fn measure(
    balancer: &impl Balancer,
    cloudwatch: &(impl Alarms + Metrics),
    asked: &impl Replicas,
    service: &ServiceDocument,
    desk: &Desk,
    groups: &[TargetGroup],
    now: Timestamp,
) -> Result<Evidence, Failure> {
    let checks = &service.checks;
    let arns: Vec<_> = groups.iter().map(|group| group.arn.clone()).collect();
    let targets = match arns.is_empty() {
        true => None,
        false => Some(balancer.targets(&arns).await?),
    };
    let replicas = match &checks.replicas {
        Some(check) => replicas::find(asked, cloudwatch, check, now, now).await,
        None => Vec::new(),
    };
    Ok(Evidence {
        alarms: cloudwatch.states(&checks.alarms).await?,
        alerts: desk.alerts(&checks.alerts, now),
        held: desk.holds(now),
        targets,
        replicas,
        ..Evidence::default()
    })
}
