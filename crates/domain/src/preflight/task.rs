//! What a task needs to start: a platform, a role, secrets and a log.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ground::Ground;
use super::report::Report;
use super::role::{self, Role};
use super::secret::{Held, Secret};
use crate::name::Arn;
use crate::plan::Plan;

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

/// What an image is built for and tasks run on, in the words of OCI: `linux/amd64`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, `windows`.
    pub os: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
}

impl Platform {
    /// One by its two names.
    pub fn new(os: &str, architecture: &str) -> Self {
        Self { os: os.to_owned(), architecture: architecture.to_owned() }
    }

    /// That of `runtimePlatform`: `operatingSystemFamily` (`LINUX`, `WINDOWS_SERVER_2022_CORE`) and
    /// `cpuArchitecture` (`X86_64`, `ARM64`). What is left out is `LINUX` on `X86_64`.
    ///
    /// Source: the ECS API reference, `RuntimePlatform`.
    pub fn of_runtime(family: Option<&str>, cpu: Option<&str>) -> Self {
        let family = family.unwrap_or("LINUX").to_ascii_lowercase();
        let os = family.split('_').next().unwrap_or_default();
        match cpu {
            Some("ARM64") => Self::new(os, "arm64"),
            _ => Self::new(os, "amd64"),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)
    }
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

    /// What would keep a task from starting.
    pub(super) fn inspect(&self, plan: &Plan, ground: &Ground, report: &mut Report) {
        self.platform(plan, report);
        self.role(plan, report);
        for (role, what, field) in [
            (&self.execution_role, "execution role", "executionRoleArn"),
            (&self.task_role, "task role", "taskRoleArn"),
        ] {
            let Some(role) = role else { continue };
            Role::inspect(role, what, field, role::TASKS, ground, report);
        }
        for SecretUse { container, secret } in &self.secrets {
            let of = format!("the {secret} of the container {container}");
            match ground.secrets.get(secret) {
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
        for LogUse { container, group, .. } in self.logs.iter().filter(|log| !log.creates) {
            let of = format!("the log group {} of the container {container}", group.name);
            match ground.logs.get(group) {
                Some(Ok(false)) => report.objects(format!(
                    "{of} does not exist; create it, or set `awslogs-create-group`"
                )),
                Some(Err(why)) => report.warns(format!("whether {of} exists is not known: {why}")),
                Some(Ok(true)) | None => {}
            }
        }
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
