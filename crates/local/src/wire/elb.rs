//! Elastic Load Balancing: the health of targets, and how target groups and rules are set up.

use domain::name::Arn;
use domain::preflight::{Group, Rule};

use super::form::{Form, element};
use super::refusal::Refusal;
use crate::account::Account;
use crate::plant::{Plant, Target};

/// An operation: what it is called among the account's calls, and what it does.
type Operation<P> = (&'static str, fn(&Account<P>, Form) -> Result<String, Refusal>);

pub(super) fn operation<P: Plant>(action: &str) -> Option<Operation<P>> {
    match action {
        "DescribeTargetHealth" => Some(("elasticloadbalancing.DescribeTargetHealth", health)),
        "DescribeTargetGroups" => Some(("elasticloadbalancing.DescribeTargetGroups", groups)),
        "DescribeTargetGroupAttributes" => {
            Some(("elasticloadbalancing.DescribeTargetGroupAttributes", attributes))
        }
        "DescribeRules" => Some(("elasticloadbalancing.DescribeRules", rules)),
        "DescribeListeners" => Some(("elasticloadbalancing.DescribeListeners", listeners)),
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

/// `DescribeTargetGroups`, of one.
fn groups<P: Plant>(account: &Account<P>, form: Form) -> Result<String, Refusal> {
    let arn = only(form, "TargetGroupArns.member.1")?;
    let Group { target_type, interval, threshold, .. } = group(account, &arn)?;
    Ok(format!(
        "<TargetGroups><member>{}{}{}{}</member></TargetGroups>",
        element("TargetGroupArn", arn.as_str()),
        element("TargetType", &target_type),
        element("HealthCheckIntervalSeconds", &interval.0.to_string()),
        element("HealthyThresholdCount", &threshold.to_string()),
    ))
}

/// `DescribeTargetGroupAttributes`, of those that are known here.
fn attributes<P: Plant>(account: &Account<P>, form: Form) -> Result<String, Refusal> {
    let group = group(account, &only(form, "TargetGroupArn")?)?;
    Ok(format!(
        "<Attributes><member>{}{}</member></Attributes>",
        element("Key", "deregistration_delay.timeout_seconds"),
        element("Value", &group.drains.0.to_string()),
    ))
}

/// `DescribeRules`, of one.
fn rules<P: Plant>(account: &Account<P>, form: Form) -> Result<String, Refusal> {
    let arn = only(form, "RuleArns.member.1")?;
    let rule = account.rule(&arn);
    let rule = rule.ok_or_else(|| Refusal::new("RuleNotFound", "One or more rules not found"))?;
    let (arn, actions) = (element("RuleArn", arn.as_str()), actions(&rule));
    Ok(format!("<Rules><member>{arn}<Actions>{actions}</Actions></member></Rules>"))
}

/// `DescribeListeners`, of one.
fn listeners<P: Plant>(account: &Account<P>, form: Form) -> Result<String, Refusal> {
    let arn = only(form, "ListenerArns.member.1")?;
    let rule = account
        .rule(&arn)
        .ok_or_else(|| Refusal::new("ListenerNotFound", format!("Listeners '{arn}' not found")))?;
    let (arn, actions) = (element("ListenerArn", arn.as_str()), actions(&rule));
    Ok(format!(
        "<Listeners><member>{arn}<DefaultActions>{actions}</DefaultActions></member></Listeners>"
    ))
}

/// A form with one field, which is the name of what is asked about.
fn only(mut form: Form, field: &str) -> Result<Arn, Refusal> {
    let invalid = |message: String| Refusal::new("ValidationError", message);
    let arn = form.remove(field).unwrap_or_default();
    if let Some((other, _)) = form.pop_first() {
        return Err(invalid(format!("{other} is not had here, only {field}")));
    }
    arn.parse().map_err(|error| invalid(format!("{field}: {error}")))
}

fn group<P: Plant>(account: &Account<P>, arn: &Arn) -> Result<Group, Refusal> {
    let found = account.group(arn);
    found.ok_or_else(|| Refusal::new("TargetGroupNotFound", "One or more target groups not found"))
}

/// What a rule does with a request.
fn actions(rule: &Rule) -> String {
    if rule.forwards.is_empty() {
        return format!("<member>{}</member>", element("Type", "fixed-response"));
    }
    let forwards = rule.forwards.iter().map(|forward| {
        let weight = element("Weight", &forward.weight.to_string());
        format!("<member>{}{weight}</member>", element("TargetGroupArn", forward.group.as_str()))
    });
    let forwards: String = forwards.collect();
    let sticks = rule.sticks.map(|it| element("DurationSeconds", &it.0.to_string()));
    let enabled = element("Enabled", if sticks.is_some() { "true" } else { "false" });
    format!(
        "<member>{}<ForwardConfig><TargetGroups>{forwards}</TargetGroups>\
         <TargetGroupStickinessConfig>{enabled}{}</TargetGroupStickinessConfig>\
         </ForwardConfig></member>",
        element("Type", "forward"),
        sticks.unwrap_or_default(),
    )
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
