//! `ListServiceDeployments`, page by page, newest first.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{names, render};
use crate::account::Account;
use crate::ecs::{Service, ServiceDeployment, ServiceDeploymentStatus};
use crate::plant::Plant;
use crate::wire::json::{decode, moment, present};
use crate::wire::refusal::Refusal;

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
    let most = match input.max_results.unwrap_or(PAGE) {
        most @ 1..=LARGEST_PAGE => most,
        other => {
            return Err(Refusal::invalid(format!(
                "maxResults is {other} and must be from 1 to {LARGEST_PAGE}"
            )));
        }
    };
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
    let mut rest = rest(deployments, input.next_token.as_deref())?;
    rest.retain(wanted);
    let next_token = (rest.len() > most).then(|| token(&rest[most - 1]));
    rest.truncate(most);
    let briefs: Vec<_> = rest.iter().map(render::brief).collect();
    Ok(present(json!({ "serviceDeployments": briefs, "nextToken": next_token })))
}

/// What is still to be told after the last one of the page before. It is named, not counted, so that
/// a deployment that begins between two pages moves none.
fn rest(
    mut deployments: Vec<ServiceDeployment>,
    token: Option<&str>,
) -> Result<Vec<ServiceDeployment>, Refusal> {
    let Some(token) = token else { return Ok(deployments) };
    let last = BASE64.decode(token).ok().and_then(|last| String::from_utf8(last).ok());
    let last = last.and_then(|last| deployments.iter().position(|it| it.arn == last));
    let last = last.ok_or_else(|| {
        Refusal::invalid(format!("nextToken {token:?} was not given by an earlier page"))
    })?;
    Ok(deployments.split_off(last + 1))
}

/// What names the last deployment of a page. Its form is nobody's business.
fn token(last: &ServiceDeployment) -> String {
    BASE64.encode(&last.arn)
}
