//! What a service stands on.

use std::collections::{BTreeMap, BTreeSet};

use super::Serving;
use super::quota;
use super::report::Report;
use super::role::{self, Role};
use super::routing::{Group, Rule};
use super::secret::{Held, Secret};
use super::task::{Blueprint, LogGroup};
use super::wiring::Wiring;
use crate::metric::Series;
use crate::name::Arn;
use crate::plan::Plan;
use crate::strategy::Strategy;

/// What is known of something, or why it could not be looked at: a permission that is missing.
pub type Known<T> = Result<T, String>;

/// What a service stands on, as far as it could be looked at. What is not there is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// How it is set up.
    pub wiring: Known<Wiring>,
    /// What the task definition asks for from which green is made.
    pub blueprint: Known<Option<Blueprint>>,
    /// Its target groups.
    pub groups: BTreeMap<Arn, Known<Option<Group>>>,
    /// The rules, or listeners, before them.
    pub rules: BTreeMap<Arn, Known<Option<Rule>>>,
    /// The roles that AWS takes on for it.
    pub roles: BTreeMap<Arn, Known<Option<Role>>>,
    /// How many vCPUs of Fargate are left to the account; not asked where others carry its tasks.
    pub vcpus: Option<Known<Series>>,
    /// The secrets that its tasks are given.
    pub secrets: BTreeMap<Secret, Known<Held>>,
    /// The logs that they print to.
    pub logs: BTreeMap<LogGroup, Known<bool>>,
}

impl Ground {
    pub(super) fn inspect(&self, plan: &Plan, blue: &Serving, report: &mut Report) {
        let from = plan.template.as_ref().unwrap_or(&blue.task_definition);
        match &self.blueprint {
            Ok(Some(blueprint)) => blueprint.inspect(plan, self, report),
            Ok(None) => report.objects(format!(
                "there is no task definition {from} from which green could be made; register it"
            )),
            Err(why) => report.warns(format!(
                "what tasks need could not be looked at, in the task definition {from}: {why}"
            )),
        }
        match &self.wiring {
            Ok(wiring) => {
                let blueprint = self.blueprint.as_ref().ok().and_then(Option::as_ref);
                wiring.inspect(plan, blue.desired, report);
                self.vcpus(plan, blueprint, blue.desired, report);
                // A rolling deployment moves no traffic: ECS replaces targets in the one group.
                if plan.strategy() != (Strategy::Rolling {}) {
                    for role in wiring.roles().collect::<BTreeSet<_>>() {
                        let (what, field) =
                            ("infrastructure role", "advancedConfiguration.roleArn");
                        Role::inspect(role, what, field, role::ECS, self, report);
                    }
                    wiring.balancers.iter().for_each(|it| it.inspect(blueprint, self, report));
                }
            }
            Err(why) => report.warns(format!(
                "how the service {} is set up could not be looked at: {why}",
                plan.service.place()
            )),
        }
    }

    /// Whether the quota of the account has room for green beside blue. A rolling deployment starts
    /// few tasks at a time, and finds out.
    fn vcpus(&self, plan: &Plan, blueprint: Option<&Blueprint>, desired: u32, report: &mut Report) {
        let cpu =
            blueprint.and_then(|it| it.cpu).filter(|_| plan.strategy() != (Strategy::Rolling {}));
        match (&self.vcpus, cpu) {
            (Some(Ok(left)), Some(cpu)) => quota::inspect(left, cpu, desired, report),
            (Some(Err(why)), _) => report.warns(format!(
                "what is left of the account's quota of Fargate is not known: {why}"
            )),
            (Some(Ok(_)) | None, _) => {}
        }
    }
}
