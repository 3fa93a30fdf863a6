//! Elastic Load Balancing: the health of targets.

use super::query::{Form, element};
use super::refusal::Refusal;
use crate::account::Account;
use crate::plant::{Plant, Target};

/// An operation: what it is called among the account's calls, and what it does.
type Operation<P> = (&'static str, fn(&Account<P>, Form) -> Result<String, Refusal>);

pub(super) fn operation<P: Plant>(action: &str) -> Option<Operation<P>> {
    match action {
        "DescribeTargetHealth" => Some(("elasticloadbalancing.DescribeTargetHealth", health)),
        _ => None,
    }
}

/// `DescribeTargetHealth`, of all targets of a group.
fn health<P: Plant>(account: &Account<P>, mut form: Form) -> Result<String, Refusal> {
    let invalid = |message: String| Refusal::new("ValidationError", message);
    let group = form.remove("TargetGroupArn").filter(|group| !group.is_empty());
    let group = group.ok_or_else(|| invalid("TargetGroupArn must be given".to_owned()))?;
    if let Some((field, _)) = form.pop_first() {
        return Err(invalid(format!("{field} is not had here, only TargetGroupArn")));
    }
    let targets = account.targets(&group).ok_or_else(|| {
        Refusal::new("TargetGroupNotFound", format!("there is no target group {group}"))
    })?;

    let members: String = targets.iter().map(element_of).collect();
    Ok(format!("<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"))
}

fn element_of(target: &Target) -> String {
    let (id, port) = target.address.rsplit_once(':').unwrap_or((&target.address, "80"));
    let code = match target.state {
        "initial" => Some("Elb.InitialHealthChecking"),
        "unhealthy" => Some("Target.FailedHealthChecks"),
        "draining" => Some("Target.DeregistrationInProgress"),
        _ => None,
    };
    let reason = code.map(|code| element("Reason", code)).unwrap_or_default();
    let description = target.reason.as_deref().map(|it| element("Description", it));
    format!(
        "<member>\
         <Target>{}{}</Target>{}\
         <TargetHealth>{}{reason}{}</TargetHealth>\
         </member>",
        element("Id", id),
        element("Port", port),
        element("HealthCheckPort", port),
        element("State", target.state),
        description.unwrap_or_default(),
    )
}
