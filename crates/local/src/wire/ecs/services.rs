//! `DescribeServices` and `UpdateService`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::configuration::Configuration;
use super::include::Include;
use super::{names, render, task_definitions};
use crate::account::Account;
use crate::ecs::UpdateService;
use crate::plant::Plant;
use crate::wire::refusal::Refusal;
use crate::wire::values::{decode, present};

/// The most services that are described in one call.
const MOST_SERVICES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    cluster: Option<String>,
    services: Option<Vec<String>>,
    /// Services have no tags here, so that including them changes nothing.
    #[serde(rename = "include")]
    _include: Option<Vec<Include>>,
}

/// `DescribeServices`.
pub(super) fn describe<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Describe = decode(body)?;
    let services = input.services.filter(|services| !services.is_empty());
    let services = services.ok_or_else(|| Refusal::missing("services"))?;
    if services.len() > MOST_SERVICES {
        let many = services.len();
        return Err(Refusal::invalid(format!(
            "services has {many} entries and at most {MOST_SERVICES} are allowed"
        )));
    }
    let cluster = names::cluster(account, input.cluster.as_deref())?;

    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for named in services {
        let place = names::place(&cluster, &named)?;
        let told = account
            .ecs(&place, |service| render::service(&service.describe(), &account.wiring(&place)))
            .filter(|_| names::is_there(account, &place, &named));
        match told {
            Some(told) => found.push(told),
            None if named.starts_with("arn:") => failures.push(render::missing(&named)),
            None => failures.push(render::missing(&account.arn("service", &place.to_string()))),
        }
    }
    Ok(present(json!({ "services": found, "failures": failures })))
}

/// What may be changed. AWS knows more: networks, load balancers, volumes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    cluster: Option<String>,
    service: Option<String>,
    task_definition: Option<String>,
    desired_count: Option<u32>,
    deployment_configuration: Option<Configuration>,
    deployment_controller: Option<Controller>,
    force_new_deployment: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Controller {
    #[serde(rename = "type")]
    kind: String,
}

/// `UpdateService`.
pub(super) fn update<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Update = decode(body)?;
    let place = names::service(account, input.cluster.as_deref(), input.service.as_deref())?;
    if let Some(Controller { kind }) = input.deployment_controller.filter(|it| it.kind != "ECS") {
        return Err(Refusal::invalid(format!(
            "deploymentController.type is {kind:?}, and only ECS is had here"
        )));
    }
    let task_definition = match &input.task_definition {
        Some(named) => Some(task_definitions::find(account, named)?.ok_or_else(|| {
            Refusal::new("ClientException", format!("there is no task definition {named}"))
        })?),
        None => None,
    };
    let changed = account.change(&place, |service, now| {
        let kept = service.describe().deployment_configuration;
        let configuration = input.deployment_configuration.map(|it| it.read(kept)).transpose()?;
        let update = UpdateService {
            task_definition,
            desired_count: input.desired_count,
            deployment_configuration: configuration,
            force_new_deployment: input.force_new_deployment.unwrap_or_default(),
        };
        service.update(update, now)
    });
    changed.ok_or_else(|| Refusal::no_service(&place))??;
    let told = account
        .ecs(&place, |service| render::service(&service.describe(), &account.wiring(&place)));
    Ok(present(json!({ "service": told })))
}
