//! What a task needs to start: a platform, a role, secrets and a log.

use super::report::Report;
use super::secret::Secret;
use crate::name::Arn;
use crate::plan::Plan;
use crate::platform::Platform;

/// What a task definition asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blueprint {
    /// What its tasks run on; `None` where that is up to the instances of the cluster.
    pub platform: Option<Platform>,
    /// Whether it is for Fargate.
    pub fargate: bool,
    /// Whether each task has an address of its own (`networkMode` is `awsvpc`).
    pub awsvpc: bool,
    /// The role by which ECS pulls, logs and reads secrets for it.
    pub execution_role: Option<Arn>,
    /// The role that its containers have (`taskRoleArn`).
    pub task_role: Option<Arn>,
    /// What a task takes of its machine, in units of which 1024 are a vCPU (`cpu`).
    pub cpu: Option<u32>,
    /// The secrets that are read before a container starts.
    pub secrets: Vec<SecretUse>,
    /// The logs in CloudWatch Logs that it prints to.
    pub logs: Vec<LogUse>,
}

/// A secret that a container needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    /// Which container.
    pub container: String,
    /// The secret.
    pub secret: Secret,
}

/// A log that a container needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogUse {
    /// Which container.
    pub container: String,
    /// The log.
    pub group: LogGroup,
    /// Whether it is made when it is not there (`awslogs-create-group`).
    pub creates: bool,
}

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Its region, if it is named.
    pub region: Option<String>,
}

impl Blueprint {
    /// Every secret that is needed.
    pub fn all_secrets(&self) -> impl Iterator<Item = &Secret> {
        self.secrets.iter().map(|it| &it.secret)
    }

    /// Every log that has to be there.
    pub fn all_logs(&self) -> impl Iterator<Item = &LogGroup> {
        self.logs.iter().filter(|it| !it.creates).map(|it| &it.group)
    }

    /// The roles that are taken on for it.
    pub fn roles(&self) -> impl Iterator<Item = &Arn> {
        self.execution_role.iter().chain(&self.task_role)
    }

    /// What would keep a task from starting, by what is written here alone.
    pub(super) fn inspect(&self, plan: &Plan, report: &mut Report) {
        self.platform(plan, report);
        self.role(plan, report);
    }

    /// A registry that does not tell what an image is built for is not held against it.
    fn platform(&self, plan: &Plan, report: &mut Report) {
        let Some(needed) = &self.platform else { return };
        if plan.platforms.is_empty() || plan.platforms.contains(needed) {
            return;
        }
        let built: Vec<String> = plan.platforms.iter().map(Platform::to_string).collect();
        report.objects(format!(
            "{} is built for {}, and its tasks run on {needed}; build it for that too, or change `runtimePlatform` of the task definition",
            plan.title(),
            built.join(" and ")
        ));
    }

    /// Source: the ECS developer guide, "Amazon ECS task execution IAM role".
    fn role(&self, plan: &Plan, report: &mut Report) {
        if self.execution_role.is_some() {
            return;
        }
        let secret = self.secrets.first().map(|it| format!("to read the {}", it.secret));
        let log = self.logs.first().filter(|_| self.fargate);
        let log = log.map(|it| format!("to write to the log group {}", it.group.name));
        let private = self.fargate && plan.service.image.as_str().contains(".dkr.ecr.");
        let pull = private.then(|| format!("to pull {}", plan.service.image));
        if let Some(what) = secret.or(log).or(pull) {
            report.objects(format!(
                "the task definition has no execution role, and needs one {what}; set `executionRoleArn`"
            ));
        }
    }
}
