//! `ContinueServiceDeployment` and `StopServiceDeployment`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::names;
use crate::account::Account;
use crate::ecs::{ApiError, HookAction, Service, StopType};
use crate::plant::Plant;
use crate::wire::refusal::Refusal;
use crate::wire::values::decode;
use jiff::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Continue {
    service_deployment_arn: Option<String>,
    hook_id: Option<String>,
    action: Option<HookAction>,
}

/// `ContinueServiceDeployment`. Without an action it continues.
pub(super) fn go_on<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Continue = decode(body)?;
    let hook = input.hook_id.ok_or_else(|| Refusal::missing("hookId"))?;
    let action = input.action.unwrap_or(HookAction::Continue);

    steer(account, input.service_deployment_arn, |service, arn, now| {
        service.continue_deployment(arn, &hook, action, now)
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stop {
    service_deployment_arn: Option<String>,
    stop_type: Option<StopType>,
}

/// `StopServiceDeployment`. Without a type it rolls back, which is the only valid one.
pub(super) fn stop<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Stop = decode(body)?;
    let stop_type = input.stop_type.unwrap_or(StopType::Rollback);

    steer(account, input.service_deployment_arn, |service, arn, now| {
        service.stop(arn, stop_type, now)
    })
}

fn steer<P: Plant>(
    account: &Account<P>,
    arn: Option<String>,
    steer: impl FnOnce(&mut Service, &str, Timestamp) -> Result<(), ApiError>,
) -> Result<Value, Refusal> {
    let arn = arn.ok_or_else(|| Refusal::missing("serviceDeploymentArn"))?;
    let place = names::of_deployment(&arn)?;

    let steered = account.change(&place, |service, now| steer(service, &arn, now));
    steered.ok_or_else(|| {
        let message = format!("there is no service deployment {arn}");
        Refusal::new("ServiceDeploymentNotFoundException", message)
    })??;
    Ok(json!({ "serviceDeploymentArn": arn }))
}
