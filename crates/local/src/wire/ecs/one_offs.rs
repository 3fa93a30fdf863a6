//! `RunTask` and `StopTask`: tasks that run once.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{names, tasks};
use crate::account::{Account, StartedTask, family};
use crate::plant::Plant;
use crate::wire::refusal::Refusal;
use crate::wire::values::{decode, present};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Run {
    cluster: Option<String>,
    task_definition: Option<String>,
    #[serde(default)]
    overrides: Overrides,
    client_token: Option<String>,
    started_by: Option<String>,
    // What the model has nothing of: where a task runs.
    #[serde(rename = "networkConfiguration")]
    _network_configuration: Option<Value>,
    #[serde(rename = "launchType")]
    _launch_type: Option<Value>,
    #[serde(rename = "capacityProviderStrategy")]
    _capacity_provider_strategy: Option<Value>,
    #[serde(rename = "platformVersion")]
    _platform_version: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Overrides {
    #[serde(default)]
    container_overrides: Vec<ContainerOverride>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ContainerOverride {
    name: String,
    command: Option<Vec<String>>,
}

/// `RunTask`, of one task. The same client token starts one.
pub(super) fn run<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Run = decode(body)?;
    let cluster = names::cluster(account, input.cluster.as_deref())?;
    let named = input.task_definition.ok_or_else(|| Refusal::missing("taskDefinition"))?;
    let definition = account.task_definition(&named).ok_or_else(|| {
        Refusal::new("ClientException", format!("there is no task definition {named}"))
    })?;
    let family = family(&definition).to_owned();
    let places = account.places().into_iter();
    // The plant stands by services, and a family is named after one here.
    let place = places.into_iter().find(|it| it.cluster == cluster && it.service == family);
    let place = place.ok_or_else(|| {
        Refusal::invalid(format!("there is no service that runs tasks of {family} in {cluster}"))
    })?;
    let overridden = input.overrides.container_overrides.into_iter().find(|it| it.name == family);
    let command = overridden.and_then(|it| it.command).unwrap_or_default();

    let id = match input.client_token {
        Some(token) => token.replace('-', ""),
        None => Uuid::new_v4().simple().to_string(),
    };
    let started_by = input.started_by.unwrap_or_default();
    account.run_once(&id, StartedTask { place, definition, started_by }, command);
    let told = account.once(&id).map(|(started, task)| tasks::told_once(account, &started, &task));
    Ok(present(json!({ "tasks": told.into_iter().collect::<Vec<_>>(), "failures": [] })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stop {
    cluster: Option<String>,
    task: Option<String>,
    reason: Option<String>,
}

/// `StopTask`, of a task that runs once.
pub(super) fn stop<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Stop = decode(body)?;
    names::cluster(account, input.cluster.as_deref())?;
    let named = input.task.ok_or_else(|| Refusal::missing("task"))?;
    let id = named.rsplit('/').next().unwrap_or_default();
    let reason = input.reason.as_deref().unwrap_or_default();
    if !account.end(id, reason) {
        return Err(Refusal::invalid("The referenced task was not found."));
    }
    let told = account.once(id).map(|(started, task)| tasks::told_once(account, &started, &task));
    Ok(present(json!({ "task": told })))
}
