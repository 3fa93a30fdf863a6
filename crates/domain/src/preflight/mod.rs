//! What is asked before anything is touched.

mod ground;
mod inspection;
mod known;
pub mod quota;
mod report;
mod role;
mod routing;
mod secret;
mod task;
mod wiring;

pub use ground::Ground;
pub use known::Known;
pub use report::{Report, Warning};
pub use role::Role;
pub use routing::{Forward, Group, Rule};
pub use secret::{Held, Secret};
pub use task::{Blueprint, LogGroup, LogUse, SecretUse};
pub use wiring::{Capacity, LoadBalancer, Purchase, Wiring};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::evidence::{Alarm, AlarmState};
use crate::name::{Arn, Digest};
use crate::plan::Plan;

/// What a service runs now: blue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// The task definition in place.
    pub task_definition: Arn,
    /// The service revision of it, if ECS tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Arn>,
    /// The image's digest, if ECS knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// How many tasks are wanted.
    pub desired: u32,
    /// How many run.
    pub running: u32,
    /// The service deployment in progress, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_progress: Option<Arn>,
}

/// Everything that was found out before a deployment begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What the service runs now.
    pub blue: Serving,
    /// The service's alarms.
    pub alarms: Vec<Alarm>,
    /// The service's alerts.
    pub alerts: Vec<Alarm>,
    /// What it stands on; not asked on a way back, which waits for nothing.
    pub ground: Option<Ground>,
}

/// Everything that speaks against beginning the deployment, and everything that makes it slow or
/// risky, at once.
pub fn inspect(plan: &Plan, facts: &Facts, desk: &Desk, now: Timestamp) -> Report {
    let mut report = Report::default();

    release(plan, &facts.blue, desk, now, &mut report);
    let alarms = facts.alarms.iter().map(|alarm| ("alarm", alarm));
    let alerts = facts.alerts.iter().map(|alert| ("alert", alert));
    for (kind, it) in alarms.chain(alerts) {
        listen(plan, kind, it, &mut report);
    }
    if let Some(ground) = &facts.ground {
        ground.inspect(plan, &facts.blue, &mut report);
    }

    report
}

/// Whether this release may come to what serves now.
fn release(plan: &Plan, blue: &Serving, desk: &Desk, now: Timestamp, report: &mut Report) {
    if blue.digest.as_ref() == Some(&plan.digest) && plan.template.is_none() {
        report.objects(format!("{} serves already", plan.digest.short()));
    }
    // While this one waited for the lease another may have gone all the way, or its digest may have
    // been found bad.
    let barred = desk.barred().filter(|_| !plan.cause.is_urgent());
    let behind = desk.behind(&plan.height, plan.cause.is_explicit());
    let why = barred.into_iter().chain(desk.forbids(&plan.digest, now)).chain(behind);
    why.for_each(|why| report.objects(why));
    if let Some(other) = &blue.in_progress {
        report.objects(format!(
            "ECS has a deployment in progress that Cutover did not start ({other}); wait for its end or stop it"
        ));
    }
    if blue.desired == 0 {
        report.objects("the service wants no tasks (desired count 0); scale it up first");
    }
}

/// An alarm, or an alert, that rings already would hide what is wrong with the release, unless the release is to
/// mend just that.
fn listen(plan: &Plan, kind: &str, alarm: &Alarm, report: &mut Report) {
    let Alarm { name, since, .. } = alarm;
    match (alarm.state, &plan.fix_forward) {
        (AlarmState::Ringing, None) => report.objects(format!(
            "the {kind} {name} rings since {since:.0}; a new release would hide what is wrong, mend that first, or say why this one mends it (`fix_forward`)"
        )),
        (AlarmState::Ringing, Some(why)) => report.warns(format!(
            "the {kind} {name} rings since {since:.0} and must fall silent by the end of the bake: {why}"
        )),
        (AlarmState::Missing, _) => report.objects(format!(
            "the alarm {name} does not exist; create it, or take it out of `checks.alarms`"
        )),
        (AlarmState::Quiet | AlarmState::NoData, _) => {}
    }
}

#[cfg(test)]
mod tests;
