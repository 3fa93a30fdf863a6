//! Whether the load balancer is set up as ECS needs it, and how long it lets a deployment wait.

use super::known::{Each, seen};
use super::report::Report;
use super::task::Blueprint;
use super::wiring::{LoadBalancer, short};
use crate::name::Arn;
use crate::seconds::Seconds;

/// A target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What is registered in it: `ip`, `instance`.
    pub target_type: String,
    /// How often a target is asked whether it is healthy.
    pub interval: Seconds,
    /// How many good answers in a row make it healthy.
    pub threshold: u64,
    /// How long a target that leaves may finish what it does.
    pub drains: Seconds,
}

/// A listener rule, or a listener by its default rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Where it sends traffic; nowhere if it answers otherwise.
    pub forwards: Vec<Forward>,
    /// How long a client stays with the group that it came to, if it does.
    pub sticks: Option<Seconds>,
}

/// A target group that gets traffic, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Which.
    pub group: Arn,
    /// Its part in the sum of all weights.
    pub weight: u64,
}

/// What AWS suggests for services that start and end their requests quickly. Source: the ECS
/// developer guide, "Best practices for Amazon ECS service parameters" (health checks, draining).
const QUICK_CHECK: (Seconds, u64) = (Seconds(5), 2);
const QUICK_DRAIN: Seconds = Seconds(5);

/// What is saved by less than this is not worth a word.
const WORTH_A_WORD: Seconds = Seconds(25);

impl LoadBalancer {
    /// What would make ECS go back, and what makes it slow.
    pub(super) fn inspect(
        &self,
        blueprint: Option<&Blueprint>,
        known: &Each<Group>,
        rules: &Each<Rule>,
        report: &mut Report,
    ) {
        let groups: Vec<&Arn> = self.group.iter().chain(&self.alternate).collect();
        let mut slowest: Option<(&Arn, &Group)> = None;
        for arn in &groups {
            let Some(group) = seen(known, "target group", arn, report) else {
                continue;
            };
            let by_address = blueprint.is_some_and(|it| it.awsvpc);
            if by_address && group.target_type != "ip" {
                report.objects(format!(
                    "the target group {} takes targets by {}, and tasks with addresses of their own (`awsvpc`) need `ip`",
                    short(arn),
                    group.target_type
                ));
            }
            slowest = slowest.filter(|(_, it)| it.saves() >= group.saves()).or(Some((arn, group)));
        }
        if let Some((arn, group)) = slowest {
            group.waits(arn, report);
        }
        match &groups[..] {
            [group, alternate] if group == alternate => report.objects(format!(
                "the service's two target groups are both {}; name another one as `alternateTargetGroupArn`",
                short(group)
            )),
            [_, _] => self.rules(&groups, rules, report),
            _ => {}
        }
    }

    fn rules(&self, groups: &[&Arn], rules: &Each<Rule>, report: &mut Report) {
        if let Some(arn) = &self.production
            && let Some(rule) = seen(rules, "production rule", arn, report)
        {
            rule.production(arn, groups, report);
        }
        if let Some(arn) = &self.test {
            if self.test == self.production {
                report.objects(format!(
                    "{} is the production rule and the test rule; a smoke request would reach what serves, so make a test rule",
                    short(arn)
                ));
            } else if let Some(rule) = seen(rules, "test rule", arn, report) {
                rule.only(arn, "test rule", groups, report);
            }
        }
    }
}

impl Rule {
    /// ECS shifts production only between two groups that the rule knows, one of which has all of it.
    ///
    /// Source: the ECS developer guide, "Application Load Balancer resources for blue/green, linear,
    /// and canary deployments".
    fn production(&self, arn: &Arn, groups: &[&Arn], report: &mut Report) {
        if !self.only(arn, "production rule", groups, report) {
            return;
        }
        let weight = |group: &Arn| {
            let mut forwards = self.forwards.iter();
            forwards.find(|it| it.group == *group).map(|it| it.weight)
        };
        match (weight(groups[0]), weight(groups[1])) {
            (Some(0), Some(1..)) | (Some(1..), Some(0)) => {}
            (Some(one), Some(other)) => report.objects(format!(
                "the production rule {} gives {} and {} the weights {one} and {other}; give all to the one that serves, and 0 to the other",
                short(arn),
                short(groups[0]),
                short(groups[1])
            )),
            (one, _) => {
                let missing = if one.is_none() { groups[0] } else { groups[1] };
                report.objects(format!(
                    "the production rule {} does not know the target group {}; add it with the weight 0",
                    short(arn),
                    short(missing)
                ));
            }
        }
        if let Some(sticks) = self.sticks {
            report.delays(
                sticks,
                format!(
                    "clients stay with the target group that they came to, so that traffic is not all shifted when the weights are; turn its stickiness off in the rule {}",
                    short(arn)
                ),
            );
        }
    }

    /// Whether it sends traffic, and to none but these groups.
    fn only(&self, arn: &Arn, what: &str, groups: &[&Arn], report: &mut Report) -> bool {
        if self.forwards.is_empty() {
            report.objects(format!(
                "the {what} {} sends traffic to no target group; make it forward to those of the service",
                short(arn)
            ));
            return false;
        }
        let other = self.forwards.iter().find(|it| !groups.contains(&&it.group));
        if let Some(other) = other {
            report.objects(format!(
                "the {what} {} sends traffic to {}, which is no target group of the service; take it out",
                short(arn),
                short(&other.group)
            ));
        }
        other.is_none()
    }
}

impl Group {
    /// How long a target takes at least until it counts as healthy.
    fn proves(&self) -> Seconds {
        Seconds(self.interval.0 * self.threshold)
    }

    /// How much sooner a deployment would be over with what AWS suggests.
    fn saves(&self) -> u64 {
        self.proves().0.saturating_add(self.drains.0)
    }

    fn waits(&self, arn: &Arn, report: &mut Report) {
        let (interval, threshold) = QUICK_CHECK;
        let quick = Seconds(interval.0 * threshold);
        let saved = |slow: Seconds, quick: Seconds| Some(Seconds(slow.0.checked_sub(quick.0)?));
        if let Some(saved) = saved(self.proves(), quick).filter(|it| *it >= WORTH_A_WORD) {
            report.delays(
                saved,
                format!(
                    "a target of {} is healthy after {} ({} times {}); where a service answers quickly AWS suggests {threshold} times {interval}",
                    short(arn),
                    self.proves(),
                    self.threshold,
                    self.interval
                ),
            );
        }
        if let Some(saved) = saved(self.drains, QUICK_DRAIN).filter(|it| *it >= WORTH_A_WORD) {
            report.delays(
                saved,
                format!(
                    "a target of {} drains for {}; where requests end quickly AWS suggests {QUICK_DRAIN} (`deregistration_delay.timeout_seconds`)",
                    short(arn),
                    self.drains
                ),
            );
        }
    }
}
