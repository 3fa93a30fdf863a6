//! What is measured in one look.

use domain::Failure;
use domain::evidence::Evidence;
use domain::name::Arn;
use domain::plan::Plan;
use domain::rollout::{Progress, RolloutState, TargetGroup};
use domain::strategy::Stage;
use jiff::Timestamp;

use super::metrics;
use crate::ports::{Alarms, Balancer, Fleet, Metrics, Probe, Prometheus};

/// What is looked at, and when.
pub(super) struct Look<'a> {
    pub(super) plan: &'a Plan,
    /// The task definition of green.
    pub(super) green: &'a Arn,
    pub(super) state: &'a RolloutState,
    pub(super) progress: &'a Progress,
    pub(super) now: Timestamp,
}

/// Measures what there is to measure: alarms always, targets at a pause, smoke before production,
/// metrics once production sees green.
pub(super) async fn measure(
    fleet: &impl Fleet,
    balancer: &impl Balancer,
    cloudwatch: &(impl Alarms + Metrics),
    prometheus: &impl Prometheus,
    probe: &impl Probe,
    look: &Look<'_>,
) -> Result<Evidence, Failure> {
    let Look { plan, progress, .. } = look;
    let mut evidence = Evidence::default();
    if matches!(progress, Progress::Ended { .. }) {
        return Ok(evidence);
    }

    evidence.alarms = cloudwatch.states(plan.alarms()).await?;
    let Progress::Paused { stage, .. } = progress else {
        return Ok(evidence);
    };
    let (green, blue) = groups(fleet, look).await?;
    let arns: Vec<Arn> = green.iter().map(|group| group.arn.clone()).collect();
    evidence.targets = Some(balancer.targets(&arns).await?);
    if look.sees_production() {
        let span = (look.state.began, look.now);
        let (checks, definition) = (plan.metrics(), look.green);
        evidence.metrics =
            metrics::read(cloudwatch, prometheus, checks, definition, span, &green, &blue).await;
    }
    if *stage == Stage::PostTestTrafficShift {
        for smoke in plan.smoke() {
            let answer = probe.ask(&plan.service, smoke).await?;
            evidence.smoke.push((smoke.clone(), answer));
        }
    }
    Ok(evidence)
}

impl Look<'_> {
    /// Whether there are metrics to look at.
    fn sees_production(&self) -> bool {
        self.state.share > 0.0 && !self.plan.metrics().is_empty()
    }
}

/// The target groups of green, and those of blue where they are needed.
async fn groups(
    fleet: &impl Fleet,
    look: &Look<'_>,
) -> Result<(Vec<TargetGroup>, Vec<TargetGroup>), Failure> {
    let blue = look.state.blue.iter().filter(|_| look.sees_production());
    let revisions: Vec<Arn> = look.state.green.iter().chain(blue).cloned().collect();
    if revisions.is_empty() {
        return Ok(Default::default());
    }
    let mut groups = fleet.target_groups(&revisions).await?.into_iter();
    let green = look.state.green.as_ref().and_then(|_| groups.next()).unwrap_or_default();
    Ok((green, groups.next().unwrap_or_default()))
}
