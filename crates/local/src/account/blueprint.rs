//! What a task definition asks for, in the words of the API and in ours.

use std::borrow::Cow;

use domain::Failure;
use domain::platform::Platform;
use domain::preflight::{Blueprint, LogGroup, LogUse, Secret, SecretUse};
use domain::preserved::LogPlace;
use serde_json::{Value, json};

use super::Account;
use crate::ecs::TaskDefinition;
use crate::plant::Plant;

/// The family of a task definition, which is what its container is called.
pub(crate) fn family(definition: &TaskDefinition) -> &str {
    let name = definition.arn.rsplit('/').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default()
}

/// A task definition as it was registered, without its image. One of which only the image is known is
/// for Fargate and logs to `/ecs/<family>`, as the console of AWS sets it up.
pub(crate) fn words(definition: &TaskDefinition) -> Cow<'_, Value> {
    if let Some(rest) = &definition.rest {
        return Cow::Borrowed(rest);
    }
    let parts: Vec<&str> = definition.arn.split(':').collect();
    let [region, account] = [3, 4].map(|place| parts.get(place).copied().unwrap_or_default());
    let family = family(definition);
    Cow::Owned(json!({
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "executionRoleArn": format!("arn:aws:iam::{account}:role/ecs-execution"),
        "containerDefinitions": [{
            "name": family,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": format!("/ecs/{family}"), "awslogs-region": region,
                    "awslogs-stream-prefix": "ecs"
                },
            },
        }],
    }))
}

/// What it asks for.
pub(super) fn blueprint(definition: &TaskDefinition) -> Blueprint {
    let words = words(definition);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let container = family(definition).to_owned();
    let of = &words["containerDefinitions"][0];
    let secret = |secret| SecretUse { container: container.clone(), secret };

    let credentials = of["repositoryCredentials"]["credentialsParameter"].as_str();
    let named = [&of["secrets"], &of["logConfiguration"]["secretOptions"]];
    let named = named.into_iter().flat_map(all);
    let named = named.filter_map(|it| it["valueFrom"].as_str().map(Secret::value_from));
    let secrets = credentials.map(Secret::credentials).into_iter().chain(named).map(secret);

    let options = &of["logConfiguration"]["options"];
    let awslogs = of["logConfiguration"]["logDriver"] == "awslogs";
    let log = text(&options["awslogs-group"]).filter(|_| awslogs).map(|name| LogUse {
        container: container.clone(),
        group: LogGroup { name, region: text(&options["awslogs-region"]) },
        creates: options["awslogs-create-group"] == "true",
    });
    let fargate = all(&words["requiresCompatibilities"]).iter().any(|it| it == "FARGATE");
    let role = |field: &str| words[field].as_str().and_then(|role| role.parse().ok());
    let runtime = &words["runtimePlatform"];
    let (system, cpu) = (&runtime["operatingSystemFamily"], &runtime["cpuArchitecture"]);
    Blueprint {
        platform: (fargate || runtime.is_object())
            .then(|| Platform::of_runtime(system.as_str(), cpu.as_str())),
        fargate,
        awsvpc: words["networkMode"] == "awsvpc",
        execution_role: role("executionRoleArn"),
        task_role: role("taskRoleArn"),
        cpu: words["cpu"].as_str().and_then(|units| units.parse().ok()),
        secrets: secrets.collect(),
        logs: log.into_iter().collect(),
    }
}

/// Where its container logs.
pub(crate) fn log_place(definition: &TaskDefinition) -> Result<LogPlace, Failure> {
    let words = words(definition);
    let container = family(definition).to_owned();
    let logs = &words["containerDefinitions"][0]["logConfiguration"];
    let option = |name: &str| logs["options"][name].as_str().map(str::to_owned);
    match (logs["logDriver"].as_str(), option("awslogs-group"), option("awslogs-stream-prefix")) {
        (Some("awslogs"), Some(group), Some(prefix)) => {
            Ok(LogPlace { group, region: option("awslogs-region"), prefix, container })
        }
        (driver, ..) => Err(Failure::Refused(format!(
            "the container {container} does not log by streams of CloudWatch Logs but by {}",
            driver.unwrap_or("nothing that is set")
        ))),
    }
}

impl<P: Plant> Account<P> {
    /// Changes what a task definition asks for, in the words of `RegisterTaskDefinition`.
    pub fn redefine(&self, arn: &str, change: impl FnOnce(&mut Value)) {
        let Some(definition) = self.0.ecs.task_definition(arn) else { return };
        let mut words = words(&definition).into_owned();
        change(&mut words);
        let changed = TaskDefinition { rest: Some(words.into()), ..definition };
        self.0.ecs.keep(&self.0.store, &changed);
    }
}
