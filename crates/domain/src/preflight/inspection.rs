//! What a service stands on, looked over before anything is touched.

use std::collections::BTreeSet;

use super::Serving;
use super::ground::Ground;
use super::quota;
use super::report::Report;
use super::role::{self, Role};
use super::secret::Held;
use super::task::{Blueprint, LogUse, SecretUse};
use super::wiring::Wiring;
use crate::plan::Plan;
use crate::strategy::Strategy;

impl Ground {
    pub(super) fn inspect(&self, plan: &Plan, blue: &Serving, report: &mut Report) {
        let from = plan.template.as_ref().unwrap_or(&blue.task_definition);
        match &self.blueprint {
            Ok(Some(blueprint)) => {
                blueprint.inspect(plan, report);
                self.needs(blueprint, report);
            }
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
                // A rolling deployment starts few tasks at a time, and finds out whether there is room;
                // and it moves no traffic: ECS replaces targets in the one group.
                if plan.strategy() != (Strategy::Rolling {}) {
                    let blueprint = self.blueprint.as_ref().ok().and_then(Option::as_ref);
                    self.room(blueprint, blue.desired, report);
                    self.ways(wiring, blueprint, report);
                }
            }
            Err(why) => report.warns(format!(
                "how the service {} is set up could not be looked at: {why}",
                plan.service.place()
            )),
        }
    }

    /// Whether what a task names is there.
    fn needs(&self, blueprint: &Blueprint, report: &mut Report) {
        for (role, what, field) in [
            (&blueprint.execution_role, "execution role", "executionRoleArn"),
            (&blueprint.task_role, "task role", "taskRoleArn"),
        ] {
            let Some(role) = role else { continue };
            Role::inspect(role, what, field, role::TASKS, &self.roles, report);
        }
        for SecretUse { container, secret } in &blueprint.secrets {
            let of = format!("the {secret} of the container {container}");
            match self.secrets.get(secret) {
                Some(Ok(Held::No)) => report.objects(format!("{of} does not exist; create it")),
                Some(Ok(Held::Deleted)) => report.objects(format!(
                    "{of} is marked for deletion and cannot be read; restore it, or name another"
                )),
                Some(Ok(Held::Empty)) => report.objects(format!(
                    "{of} has no value of the version that is asked for; put one there"
                )),
                Some(Err(why)) => report.warns(format!("whether {of} exists is not known: {why}")),
                Some(Ok(Held::Yes)) | None => {}
            }
        }
        for LogUse { container, group, .. } in blueprint.logs.iter().filter(|log| !log.creates) {
            let of = format!("the log group {} of the container {container}", group.name);
            match self.logs.get(group) {
                Some(Ok(false)) => report.objects(format!(
                    "{of} does not exist; create it, or set `awslogs-create-group`"
                )),
                Some(Err(why)) => report.warns(format!("whether {of} exists is not known: {why}")),
                Some(Ok(true)) | None => {}
            }
        }
    }

    /// Whether the quota of the account has room for green beside blue.
    fn room(&self, blueprint: Option<&Blueprint>, desired: u32, report: &mut Report) {
        match (&self.vcpus, blueprint.and_then(|it| it.cpu)) {
            (Some(Ok(left)), Some(cpu)) => quota::inspect(left, cpu, desired, report),
            (Some(Err(why)), _) => report.warns(format!(
                "what is left of the account's quota of Fargate is not known: {why}"
            )),
            (Some(Ok(_)) | None, _) => {}
        }
    }

    /// Whether ECS can lead traffic to green.
    fn ways(&self, wiring: &Wiring, blueprint: Option<&Blueprint>, report: &mut Report) {
        for role in wiring.roles().collect::<BTreeSet<_>>() {
            let (what, field) = ("infrastructure role", "advancedConfiguration.roleArn");
            Role::inspect(role, what, field, role::ECS, &self.roles, report);
        }
        for balancer in &wiring.balancers {
            balancer.inspect(blueprint, &self.groups, &self.rules, report);
        }
    }
}
