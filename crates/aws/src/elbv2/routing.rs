//! How target groups and rules are set up.
//!
//! Each is asked about by itself: a call that names several fails as a whole if one is not there.
//!
//! Source: the Elastic Load Balancing API reference, version 2015-12-01, `DescribeTargetGroups`,
//! `DescribeTargetGroupAttributes`, `DescribeRules` and `DescribeListeners`.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{Action, ForwardActionConfig, TargetTypeEnum};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::Failure;
use domain::name::Arn;
use domain::preflight::{Forward, Group, Rule};
use domain::seconds::Seconds;

use crate::failure::unread;

/// For how long targets drain. What is not told is what AWS sets: `TargetGroupAttribute`.
const DRAINS: &str = "deregistration_delay.timeout_seconds";
const DRAINS_BY_ITSELF: Seconds = Seconds(300);

/// A target group, if it is there.
pub(super) async fn group(client: &Client, group: &Arn) -> Result<Option<Group>, Failure> {
    let asked = client.describe_target_groups().target_group_arns(group.as_str());
    let told = match asked.send().await {
        Ok(told) => told.target_groups.unwrap_or_default().into_iter().next(),
        Err(error) if error.code() == Some("TargetGroupNotFound") => None,
        Err(error) => {
            let what = format!("describe the target group {group}");
            return Err(unread(&what, "elasticloadbalancing:DescribeTargetGroups", &error));
        }
    };
    let Some(told) = told else { return Ok(None) };
    let count = |number: Option<i32>| u64::try_from(number.unwrap_or_default()).unwrap_or_default();
    Ok(Some(Group {
        target_type: told.target_type().map_or("instance", TargetTypeEnum::as_str).to_owned(),
        interval: Seconds(count(told.health_check_interval_seconds())),
        threshold: count(told.healthy_threshold_count()),
        drains: drains(client, group).await?,
    }))
}

async fn drains(client: &Client, group: &Arn) -> Result<Seconds, Failure> {
    let asked = client.describe_target_group_attributes().target_group_arn(group.as_str());
    let told = asked.send().await.map_err(|error| {
        let what = format!("describe the attributes of the target group {group}");
        unread(&what, "elasticloadbalancing:DescribeTargetGroupAttributes", &error)
    })?;
    let drains = told.attributes().iter().find(|it| it.key() == Some(DRAINS));
    let seconds = drains.and_then(|it| it.value()?.parse().ok());
    Ok(seconds.map_or(DRAINS_BY_ITSELF, Seconds))
}

/// A listener rule, or the default rule of a listener (of a Network Load Balancer, which has no
/// others), if it is there.
pub(super) async fn rule(client: &Client, rule: &Arn) -> Result<Option<Rule>, Failure> {
    let actions = match rule.as_str().contains(":listener/") {
        true => default_actions(client, rule).await?,
        false => actions(client, rule).await?,
    };
    actions.map(|actions| forwards(&actions)).transpose()
}

async fn actions(client: &Client, rule: &Arn) -> Result<Option<Vec<Action>>, Failure> {
    match client.describe_rules().rule_arns(rule.as_str()).send().await {
        Ok(told) => {
            let rule = told.rules.unwrap_or_default().into_iter().next();
            Ok(rule.map(|rule| rule.actions.unwrap_or_default()))
        }
        Err(error) if error.code() == Some("RuleNotFound") => Ok(None),
        Err(error) => {
            let what = format!("describe the rule {rule}");
            Err(unread(&what, "elasticloadbalancing:DescribeRules", &error))
        }
    }
}

async fn default_actions(client: &Client, listener: &Arn) -> Result<Option<Vec<Action>>, Failure> {
    match client.describe_listeners().listener_arns(listener.as_str()).send().await {
        Ok(told) => {
            let listener = told.listeners.unwrap_or_default().into_iter().next();
            Ok(listener.map(|listener| listener.default_actions.unwrap_or_default()))
        }
        Err(error) if error.code() == Some("ListenerNotFound") => Ok(None),
        Err(error) => {
            let what = format!("describe the listener {listener}");
            Err(unread(&what, "elasticloadbalancing:DescribeListeners", &error))
        }
    }
}

/// Where traffic goes. An action that forwards to one group may name it in either way.
fn forwards(actions: &[Action]) -> Result<Rule, Failure> {
    let mut rule = Rule::default();
    for action in actions {
        let config = action.forward_config();
        let groups = config.map(ForwardActionConfig::target_groups).unwrap_or_default();
        let weighted = groups.iter().map(|it| (it.target_group_arn(), it.weight()));
        let only = action.target_group_arn().filter(|_| groups.is_empty());
        for (group, weight) in weighted.chain(only.map(|only| (Some(only), None))) {
            let Some(group) = group else { continue };
            let group = group.parse().map_err(|error| {
                Failure::Unavailable(format!("the load balancer told what cannot be: {error}"))
            })?;
            let weight = u64::try_from(weight.unwrap_or(1)).unwrap_or_default();
            rule.forwards.push(Forward { group, weight });
        }
        let sticks = config.and_then(|it| it.target_group_stickiness_config());
        let sticks = sticks.filter(|it| it.enabled() == Some(true));
        let seconds = sticks.and_then(|it| u64::try_from(it.duration_seconds()?).ok());
        rule.sticks = rule.sticks.or(seconds.map(Seconds));
    }
    Ok(rule)
}
