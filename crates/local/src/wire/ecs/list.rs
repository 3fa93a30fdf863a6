//! `ListServiceDeployments`, page by page, newest first.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{names, page, render};
use crate::account::Account;
use crate::ecs::{Service, ServiceDeployment, ServiceDeploymentStatus};
use crate::plant::Plant;
use crate::wire::refusal::Refusal;
use crate::wire::values::{decode, moment, present};

/// How many are told when nobody says how many.
const PAGE: usize = 20;
/// The most that may be asked for.
const LARGEST_PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    cluster: Option<String>,
    service: Option<String>,
    status: Option<Vec<ServiceDeploymentStatus>>,
    created_at: Option<CreatedAt>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreatedAt {
    before: Option<f64>,
    after: Option<f64>,
}

/// `ListServiceDeployments`.
pub(super) fn list<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: List = decode(body)?;
    let place = names::service(account, input.cluster.as_deref(), input.service.as_deref())?;
    let most = page::size(input.max_results, PAGE, LARGEST_PAGE)?;
    let edge = |field, edge: Option<f64>| edge.map(|edge| moment(field, edge)).transpose();
    let (before, after) = match &input.created_at {
        Some(CreatedAt { before, after }) => {
            (edge("createdAt.before", *before)?, edge("createdAt.after", *after)?)
        }
        None => (None, None),
    };
    let statuses = input.status.filter(|statuses| !statuses.is_empty());
    let wanted = |deployment: &ServiceDeployment| {
        statuses.as_ref().is_none_or(|statuses| statuses.contains(&deployment.status))
            && before.is_none_or(|before| deployment.created_at < before)
            && after.is_none_or(|after| deployment.created_at > after)
    };

    let deployments = account.ecs(&place, Service::deployments).unwrap_or_default();
    let mut rest = page::after(deployments, input.next_token.as_deref(), name)?;
    rest.retain(wanted);
    let (page, next_token) = page::first(rest, most, name);
    let briefs: Vec<_> = page.iter().map(render::brief).collect();
    Ok(present(json!({ "serviceDeployments": briefs, "nextToken": next_token })))
}

fn name(deployment: &ServiceDeployment) -> &str {
    &deployment.arn
}
