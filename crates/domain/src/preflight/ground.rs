//! What a service stands on.

use std::collections::BTreeMap;

use super::Serving;
use super::report::Report;
use super::routing::{Group, Rule};
use super::secret::{Held, Secret};
use super::task::{Blueprint, LogGroup};
use super::wiring::Wiring;
use crate::name::Arn;
use crate::plan::Plan;
use crate::strategy::Strategy;

/// What is known of something, or why it could not be looked at: a permission that is missing.
pub type Known<T> = Result<T, String>;

/// What a service stands on, as far as it could be looked at. What is not there is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// How it is set up.
    pub wiring: Known<Wiring>,
    /// What the task definition asks for from which green is made.
    pub blueprint: Known<Option<Blueprint>>,
    /// Its target groups.
    pub groups: BTreeMap<Arn, Known<Option<Group>>>,
    /// The rules, or listeners, before them.
    pub rules: BTreeMap<Arn, Known<Option<Rule>>>,
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
                wiring.inspect(plan, blue.desired, report);
                // A rolling deployment moves no traffic: ECS replaces targets in the one group.
                if plan.strategy() != (Strategy::Rolling {}) {
                    let blueprint = self.blueprint.as_ref().ok().and_then(Option::as_ref);
                    wiring.balancers.iter().for_each(|it| it.inspect(blueprint, self, report));
                }
            }
            Err(why) => report.warns(format!(
                "how the service {} is set up could not be looked at: {why}",
                plan.service.place()
            )),
        }
    }
}
