//! The roles that AWS takes on for a service.

use super::known::Each;
use super::report::Report;
use crate::name::Arn;

/// A role that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Role {
    /// The services of AWS that its trust policy lets take it on: `ecs-tasks.amazonaws.com`.
    pub trusts: Vec<String>,
}

/// Who takes on the roles of tasks, and that of a load balancer.
///
/// Sources: the ECS developer guide, "Amazon ECS task execution IAM role", "Amazon ECS task IAM role"
/// and "Amazon ECS infrastructure IAM role for load balancers".
pub(super) const TASKS: &str = "ecs-tasks.amazonaws.com";
pub(super) const ECS: &str = "ecs.amazonaws.com";

impl Role {
    /// Whether the role `arn`, which is `what` and set by `field`, is there for `service` to take on.
    pub(super) fn inspect(
        arn: &Arn,
        what: &str,
        field: &str,
        service: &str,
        roles: &Each<Self>,
        report: &mut Report,
    ) {
        let called = arn.as_str().rsplit('/').next().unwrap_or_default();
        match roles.get(arn) {
            Some(Ok(Some(role))) if !role.trusts.iter().any(|it| it == service) => {
                report.objects(format!(
                    "the {what} {called} does not trust {service}; allow that `sts:AssumeRole` in its trust policy"
                ));
            }
            Some(Ok(None)) => report.objects(format!(
                "the {what} {called} does not exist; create it, or name another by `{field}`"
            )),
            Some(Err(why)) => {
                report.warns(format!("whether the {what} {called} exists is not known: {why}"));
            }
            Some(Ok(Some(_))) | None => {}
        }
    }
}
