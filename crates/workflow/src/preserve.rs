//! Keeps the evidence of a release that is left.

use std::future::Future;

use domain::Failure;
use domain::name::{Arn, DeploymentId};
use domain::plan::Plan;
use domain::preserved::{
    self, LOOKED_BACK, Log, Part, Preserved, READ_ALARMS, READ_LINES, READ_TASKS,
};
use domain::record::{Entry, Record};
use domain::rollout::Rollout;
use domain::seconds::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ports::{Alarms, Balancer, Clock, Fleet, Ledger, Logs};

/// After this nothing more is asked for. One call takes 15 s at most and a step has 50 s, and what
/// was found by then must still be written down.
const PATIENCE: Seconds = Seconds(15);

/// A deployment that is taken back, or of which the release is left after its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Preserve {
    /// Which; there may have been none, but it has to be said.
    #[serde(deserialize_with = "Option::deserialize")]
    pub deployment: Option<DeploymentId>,
    /// Its rollout, where the record may not tell of it: `Launch` may not have lived to write it.
    pub rollout: Option<Rollout>,
}

/// Writes down what its tasks did and said, how its targets stand and what the alarms measured,
/// before they are gone. Once for each deployment.
///
/// What cannot be had is written down with the reason: only the ledger can make this fail.
pub async fn preserve(
    clock: &impl Clock,
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    alarms: &impl Alarms,
    logs: &impl Logs,
    ledger: &impl Ledger,
    input: Preserve,
) -> Result<(), Failure> {
    let Some(deployment) = input.deployment else { return Ok(()) };
    let Some(record) = ledger.record(&deployment).await? else { return Ok(()) };
    let Some((plan, rollout)) = unkept(&record, input.rollout) else { return Ok(()) };

    // What is gone first is asked for first.
    let now = clock.now();
    let until = PATIENCE.after(now);
    let targets = in_time(clock, until, targets(fleet, balancer, &rollout)).await;
    let place = plan.service.place();
    let tasks = fleet.tasks(&place, &rollout.task_definition);
    let tasks = in_time(clock, until, tasks).await.map(preserved::Tasks::from);
    let names = &plan.service.checks.alarms[..];
    let names = &names[..names.len().min(READ_ALARMS)];
    let from = LOOKED_BACK.before(now);
    let readings = in_time(clock, until, alarms.readings(names, from, now)).await;
    let logs = in_time(clock, until, read(clock, until, fleet, logs, plan, &rollout, &tasks)).await;

    let evidence = Preserved { tasks, logs, targets, alarms: readings };
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, "kept the evidence of {}: {evidence}", plan.title());
    let entry = Entry::Preserved { evidence: Box::new(evidence) };
    ledger.append(&plan.deployment, &plan.service.name, entry).await
}

/// What was deployed and its rollout, unless none was begun or its evidence was kept before.
fn unkept(record: &Record, rollout: Option<Rollout>) -> Option<(&Plan, Rollout)> {
    let told = || {
        let (arn, green) = (record.rollout()?.clone(), record.green()?.clone());
        Some(Rollout { arn, task_definition: green, answered: None, taking_back: None })
    };
    let kept = record.preserved().is_some();
    let rollout = rollout.or_else(told).filter(|_| !kept)?;
    Some((record.plan()?, rollout))
}

/// Asks for a part of the evidence, unless it is too late.
async fn in_time<T>(
    clock: &impl Clock,
    until: Timestamp,
    part: impl Future<Output = Result<T, Failure>>,
) -> Part<T> {
    let asked = match clock.now() <= until {
        true => part.await,
        false => Err(Failure::Unavailable("there was no time left to ask".into())),
    };
    asked.into()
}

/// How the targets of green stand.
async fn targets(
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    rollout: &Rollout,
) -> Result<preserved::Targets, Failure> {
    let state = fleet.rollout(&rollout.arn).await?;
    let groups = match &state.green {
        Some(green) => fleet.target_groups(std::slice::from_ref(green)).await?,
        None => Vec::new(),
    };
    let groups: Vec<Arn> = groups.into_iter().flatten().map(|group| group.arn).collect();
    balancer.each(&groups).await.map(Into::into)
}

/// The last lines of the tasks that say most.
async fn read(
    clock: &impl Clock,
    until: Timestamp,
    fleet: &impl Fleet,
    logs: &impl Logs,
    plan: &Plan,
    rollout: &Rollout,
    tasks: &Part<preserved::Tasks>,
) -> Result<Vec<Log>, Failure> {
    let told = tasks.kept().map(|tasks| &tasks.told[..]).unwrap_or_default();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let container = plan.service.container.as_deref();
    let place = fleet.log_place(&rollout.task_definition, container).await?;

    let mut read = Vec::new();
    for task in told.iter().take(READ_TASKS) {
        let lines = in_time(clock, until, logs.last_lines(&place, &task.id, READ_LINES)).await;
        read.push(Log { task: task.id.clone(), lines });
    }
    Ok(read)
}
