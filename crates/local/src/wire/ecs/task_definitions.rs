//! `DescribeTaskDefinition` and `RegisterTaskDefinition`.
//!
//! A task definition has one container here. What else is registered is kept and described again, so
//! that whoever copies a task definition is seen to copy all of it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::include::Include;
use crate::account::{Account, family, words};
use crate::ecs::TaskDefinition;
use crate::plant::Plant;
use crate::wire::refusal::Refusal;
use crate::wire::values::{decode, present};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    task_definition: Option<String>,
    include: Option<Vec<Include>>,
}

/// `DescribeTaskDefinition`.
pub(super) fn describe<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Describe = decode(body)?;
    let named = input.task_definition.ok_or_else(|| Refusal::missing("taskDefinition"))?;
    let found = find(account, &named)?.ok_or_else(|| {
        Refusal::new("ClientException", format!("there is no task definition {named}"))
    })?;

    let (told, tags) = render(&found);
    let tags = input.include.is_some_and(|include| !include.is_empty()).then_some(tags);
    Ok(present(json!({ "taskDefinition": told, "tags": tags })))
}

/// What a description tells and nobody registers.
const TOLD: [&str; 9] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

/// `RegisterTaskDefinition`.
pub(super) fn register<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let client = |message: String| Refusal::new("ClientException", message);
    let mut rest: Map<String, Value> = decode(body)?;
    if let Some(told) = TOLD.iter().find(|told| rest.contains_key(**told)) {
        return Err(Refusal::invalid(format!("{told} is told by ECS and cannot be registered")));
    }
    let family = match rest.shift_remove("family") {
        Some(Value::String(family)) if is_family(&family) => family,
        Some(other) => {
            return Err(client(format!(
                "family is {other} and must be 1 to 255 letters, digits, hyphens and underscores"
            )));
        }
        None => return Err(client("family must be given".to_owned())),
    };
    let containers = rest.get_mut("containerDefinitions").and_then(Value::as_array_mut);
    let image = match containers.map(Vec::as_mut_slice) {
        Some([container]) => container.as_object_mut().and_then(|it| it.shift_remove("image")),
        Some(containers) => {
            let many = containers.len();
            return Err(client(format!(
                "containerDefinitions has {many} entries, and a task has one container here"
            )));
        }
        None => return Err(client("containerDefinitions must be given".to_owned())),
    };
    let image = image.and_then(|image| image.as_str().map(str::to_owned));
    let image = image.filter(|image| !image.is_empty());
    let image = image.ok_or_else(|| client("containerDefinitions[0] has no image".to_owned()))?;
    let name = &rest["containerDefinitions"][0]["name"];
    if *name != family.as_str() {
        return Err(client(format!(
            "containerDefinitions[0].name is {name}, and a container is named after its family \
             here: {family:?}"
        )));
    }

    let registered = account.register(&family, &image, Value::Object(rest));
    let (told, tags) = render(&registered);
    Ok(present(json!({ "taskDefinition": told, "tags": tags })))
}

fn is_family(family: &str) -> bool {
    let letter = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    (1..=255).contains(&family.len()) && family.chars().all(letter)
}

/// A task definition by its ARN, or by its family with or without a revision.
pub(super) fn find<P: Plant>(
    account: &Account<P>,
    named: &str,
) -> Result<Option<TaskDefinition>, Refusal> {
    if named.is_empty() {
        return Err(Refusal::missing("taskDefinition"));
    }
    if named.starts_with("arn:") {
        return Ok(account.task_definition(named));
    }
    Ok(account.task_definition(&account.arn("task-definition", named)))
}

/// `API_TaskDefinition`, and its tags, which are told beside it.
fn render(definition: &TaskDefinition) -> (Value, Value) {
    let revision = definition.arn.rsplit(':').next().and_then(|it| it.parse::<u32>().ok());
    let mut told = json!({
        "taskDefinitionArn": definition.arn,
        "family": family(definition),
        "revision": revision,
        "status": "ACTIVE",
        "containerDefinitions": [{ "name": family(definition) }],
        "volumes": [],
        "placementConstraints": [],
        "compatibilities": ["EXTERNAL", "EC2", "FARGATE"],
    });
    for (name, value) in words(definition).as_object().into_iter().flatten() {
        told[name] = value.clone();
    }
    let container = &mut told["containerDefinitions"][0];
    container["image"] = definition.image.clone().into();
    if let Some(container) = container.as_object_mut() {
        // As ECS fills in what was not said.
        for (name, value) in [("cpu", json!(0)), ("essential", json!(true))] {
            container.entry(name).or_insert(value);
        }
        for name in ["portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"]
        {
            container.entry(name).or_insert_with(|| json!([]));
        }
    }
    let tags = told.as_object_mut().and_then(|told| told.shift_remove("tags"));
    (told, tags.unwrap_or_else(|| json!([])))
}
