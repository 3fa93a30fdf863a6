//! The load balancer: Elastic Load Balancing.
//!
//! Source: the Elastic Load Balancing API reference, version 2015-12-01, `DescribeTargetHealth`.

mod routing;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    TargetDescription, TargetHealth, TargetHealthDescription, TargetHealthReasonEnum,
    TargetHealthStateEnum,
};
use domain::Failure;
use domain::evidence::Targets;
use domain::excerpt::Excerpt;
use domain::name::Arn;
use domain::preflight::{Group, Rule};
use domain::preserved::Target;
use workflow::ports::Balancer;

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// The load balancer, kept by Elastic Load Balancing.
#[derive(Debug, Clone)]
pub struct Elbv2(Client);

impl Elbv2 {
    /// A client for the load balancers of this account and region.
    pub fn new(config: &Config) -> Self {
        Self(client!(config, aws_sdk_elasticloadbalancingv2))
    }

    /// The targets of a group.
    async fn told(&self, group: &Arn) -> Result<Vec<TargetHealthDescription>, Failure> {
        let asked = self.0.describe_target_health().target_group_arn(group.as_str());
        let told = asked.send().await.map_err(|error| {
            failure(&format!("describe the health of the target group {group}"), &error)
        })?;

        Ok(told.target_health_descriptions.unwrap_or_default())
    }

    /// The targets of some groups, asked one after the other.
    async fn all(&self, groups: &[Arn]) -> Result<Vec<TargetHealthDescription>, Failure> {
        let mut targets = Vec::new();
        for group in groups {
            targets.extend(self.told(group).await?);
        }
        Ok(targets)
    }
}

impl Balancer for Elbv2 {
    async fn targets(&self, groups: &[Arn]) -> Result<Targets, Failure> {
        let targets = self.all(groups).await?.into_iter();
        let targets: Vec<TargetHealth> = targets.map(health).collect();

        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Targets {
            healthy: count(targets.iter().filter(|target| is_healthy(target)).count()),
            total: count(targets.len()),
            reason: targets.iter().find(|target| !is_healthy(target)).map(reason),
        })
    }

    async fn each(&self, groups: &[Arn]) -> Result<Vec<Target>, Failure> {
        Ok(self.all(groups).await?.into_iter().map(target).collect())
    }

    async fn group(&self, group: &Arn) -> Result<Option<Group>, Failure> {
        routing::group(&self.0, group).await
    }

    async fn rule(&self, rule: &Arn) -> Result<Option<Rule>, Failure> {
        routing::rule(&self.0, rule).await
    }
}

/// How a target stands. One of which nothing is told is not healthy.
fn health(target: TargetHealthDescription) -> TargetHealth {
    target.target_health.unwrap_or_else(|| TargetHealth::builder().build())
}

/// A target in the words of the record.
fn target(told: TargetHealthDescription) -> Target {
    let place = told.target();
    let id = place.and_then(|it| it.id()).unwrap_or("unknown");
    let address = match place.and_then(TargetDescription::port) {
        Some(port) => format!("{id}:{port}"),
        None => id.to_owned(),
    };
    let health = health(told);
    let state = health.state().map_or("no state", TargetHealthStateEnum::as_str).to_owned();
    let reason = (!is_healthy(&health)).then(|| Excerpt::of(&reason(&health)));
    Target { address, state, reason }
}

/// Only `healthy` is healthy, whatever states there will be.
fn is_healthy(target: &TargetHealth) -> bool {
    target.state() == Some(&TargetHealthStateEnum::Healthy)
}

/// Why a target is not healthy: `Target.FailedHealthChecks: Health checks failed`.
fn reason(target: &TargetHealth) -> String {
    let reason = target.reason().map(TargetHealthReasonEnum::as_str);
    let state = target.state().map(TargetHealthStateEnum::as_str);
    let word = reason.or(state).unwrap_or("no state");
    match target.description() {
        Some(description) => format!("{word}: {description}"),
        None => word.to_owned(),
    }
}
