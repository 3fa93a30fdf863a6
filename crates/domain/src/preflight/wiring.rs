//! How a service is set up: what carries its tasks, and what stands before them.

use super::report::Report;
use crate::name::Arn;
use crate::plan::Plan;
use crate::seconds::Seconds;
use crate::strategy::Strategy;

/// How a service is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wiring {
    /// Who deploys it: `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    pub controller: String,
    /// What carries its tasks.
    pub capacity: Capacity,
    /// How many tasks must be healthy, and how many may run, in percent of those that are wanted.
    pub percent: (u32, u32),
    /// What stands before it.
    pub balancers: Vec<LoadBalancer>,
    /// Whether other services find it by Service Connect.
    pub connects: bool,
    /// The Lambda functions that are its lifecycle hooks.
    pub hooks: Vec<String>,
}

/// What carries tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// Fargate, and how it is paid for; `None` where some tasks are paid for otherwise than others.
    Fargate(Option<Purchase>),
    /// Instances, of which a capacity provider starts more.
    Provider,
    /// Instances that are there.
    Instances,
}

/// How tasks on Fargate are paid for. Each has a quota of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purchase {
    /// `FARGATE`.
    OnDemand,
    /// `FARGATE_SPOT`.
    Spot,
}

/// A load balancer of a service, with what ECS needs to shift its traffic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadBalancer {
    /// The target group; a Classic Load Balancer has none.
    pub group: Option<Arn>,
    /// The other target group (`alternateTargetGroupArn`).
    pub alternate: Option<Arn>,
    /// The rule, or the listener of a Network Load Balancer, that production comes by.
    pub production: Option<Arn>,
    /// The one that tests come by.
    pub test: Option<Arn>,
    /// The role by which ECS changes rules (`roleArn`).
    pub role: Option<Arn>,
}

/// How many Fargate tasks start at once, and how many in a second after these.
///
/// Source: the ECS developer guide, "AWS Fargate throttling quotas".
const AT_ONCE: u32 = 100;
const PER_SECOND: u32 = 20;

impl Wiring {
    /// The target groups that it names.
    pub fn groups(&self) -> impl Iterator<Item = &Arn> {
        self.balancers.iter().flat_map(|it| it.group.iter().chain(&it.alternate))
    }

    /// The rules and listeners that it names.
    pub fn rules(&self) -> impl Iterator<Item = &Arn> {
        self.balancers.iter().flat_map(|it| it.production.iter().chain(&it.test))
    }

    /// The roles by which ECS changes its rules.
    pub fn roles(&self) -> impl Iterator<Item = &Arn> {
        self.balancers.iter().filter_map(|it| it.role.as_ref())
    }

    /// What keeps ECS from deploying the service as the plan says.
    pub(super) fn inspect(&self, plan: &Plan, desired: u32, report: &mut Report) {
        if self.controller != "ECS" {
            report.objects(format!(
                "the service is deployed by {}, not by ECS; set `deploymentController.type` to ECS",
                self.controller
            ));
        }
        match plan.strategy() {
            Strategy::Rolling {} => self.rolls(desired, report),
            strategy => {
                self.shifts(plan, &strategy, report);
                self.doubles(desired, report);
            }
        }
        for hook in &self.hooks {
            report.warns(format!(
                "the lifecycle hook {hook} is not kept: what ECS is to ask at a stage is set anew with each deployment"
            ));
        }
    }

    /// Tasks can be replaced only where one may be missing, or one too many.
    fn rolls(&self, desired: u32, report: &mut Report) {
        let (least, most) = self.percent;
        let (desired, part) = (u64::from(desired), |percent: u32| u64::from(percent));
        let needed = (desired * part(least)).div_ceil(100);
        let allowed = desired * part(most) / 100;
        if desired > 0 && needed >= desired && allowed <= desired {
            report.objects(format!(
                "no task of {desired} can be replaced: at least {least} % must be healthy and at most {most} % may run; set `maximumPercent` to 200"
            ));
        }
    }

    /// What ECS needs to shift traffic.
    fn shifts(&self, plan: &Plan, strategy: &Strategy, report: &mut Report) {
        let in_steps = !matches!(strategy, Strategy::BlueGreen {});
        if in_steps && self.balancers.is_empty() && !self.connects {
            report.objects(
                "the service has no load balancer whose traffic could be shifted in steps; give it one, or deploy it by `blue_green`",
            );
        }
        for balancer in &self.balancers {
            let Some(group) = &balancer.group else {
                report.objects(
                    "the service stands behind a Classic Load Balancer, which ECS cannot shift; use target groups",
                );
                continue;
            };
            let smokes = !plan.smoke().is_empty();
            for (is_there, needed, what, field) in [
                (
                    balancer.alternate.is_some(),
                    true,
                    "other target group",
                    "alternateTargetGroupArn",
                ),
                (balancer.production.is_some(), true, "production rule", "productionListenerRule"),
                (
                    balancer.test.is_some(),
                    smokes,
                    "test rule for smoke requests",
                    "testListenerRule",
                ),
                (balancer.role.is_some(), true, "role by which ECS changes rules", "roleArn"),
            ] {
                if needed && !is_there {
                    report.objects(format!(
                        "the target group {} of the service has no {what}; set `advancedConfiguration.{field}`",
                        short(group)
                    ));
                }
            }
        }
    }

    /// Both fleets stand side by side.
    fn doubles(&self, desired: u32, report: &mut Report) {
        match self.capacity {
            Capacity::Fargate(_) if desired > AT_ONCE => {
                let seconds = Seconds(u64::from((desired - AT_ONCE).div_ceil(PER_SECOND)));
                report.delays(
                    seconds,
                    format!(
                        "Fargate starts {AT_ONCE} tasks at once and then {PER_SECOND} in a second, and green has {desired}"
                    ),
                );
            }
            Capacity::Instances => report.warns(format!(
                "both fleets stand side by side, and no capacity provider starts instances: those there are must hold {desired} tasks more"
            )),
            Capacity::Fargate(_) | Capacity::Provider => {}
        }
    }
}

/// A target group, a rule or a listener as people know it: `targetgroup/checkout-1/0a1b` is
/// `checkout-1`.
pub(super) fn short(arn: &Arn) -> &str {
    let name = arn.as_str().rsplit(':').next().unwrap_or_default();
    let group = name.strip_prefix("targetgroup/").and_then(|rest| rest.split('/').next());
    group.unwrap_or(name)
}
