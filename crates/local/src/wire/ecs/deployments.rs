//! `DescribeServiceDeployments`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::arns::arns;
use super::{names, render};
use crate::account::Account;
use crate::plant::Plant;
use crate::wire::refusal::Refusal;
use crate::wire::values::{decode, present};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    service_deployment_arns: Option<Vec<String>>,
}

/// `DescribeServiceDeployments`.
pub(super) fn describe<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Describe = decode(body)?;

    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns("serviceDeploymentArns", input.service_deployment_arns)? {
        let place = names::of_deployment(&arn)?;
        match account.ecs(&place, |service| service.deployment(&arn)).flatten() {
            Some(deployment) => found.push(render::deployment(&deployment)),
            None => failures.push(render::missing(&arn)),
        }
    }
    Ok(present(json!({ "serviceDeployments": found, "failures": failures })))
}
