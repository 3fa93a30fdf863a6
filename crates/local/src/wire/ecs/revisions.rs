//! `DescribeServiceRevisions`.

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
    service_revision_arns: Option<Vec<String>>,
}

/// `DescribeServiceRevisions`.
pub(super) fn describe<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Describe = decode(body)?;

    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns("serviceRevisionArns", input.service_revision_arns)? {
        let place = names::of_revision(&arn)?;
        let told = account.ecs(&place, |service| {
            let revision = service.revision(&arn)?;
            Some(render::revision(revision, &service.describe()))
        });
        match told.flatten() {
            Some(told) => found.push(told),
            None => failures.push(render::missing(&arn)),
        }
    }
    Ok(present(json!({ "serviceRevisions": found, "failures": failures })))
}
