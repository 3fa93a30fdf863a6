//! The load balancer: Elastic Load Balancing.
//!
//! Source: the Elastic Load Balancing API reference, version 2015-12-01, `DescribeTargetHealth`.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    TargetHealth, TargetHealthReasonEnum, TargetHealthStateEnum,
};
use domain::Failure;
use domain::evidence::Targets;
use domain::name::Arn;
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

    /// How the targets of a group stand. A target of which nothing is told is not healthy.
    async fn health(&self, group: &Arn) -> Result<Vec<TargetHealth>, Failure> {
        let asked = self.0.describe_target_health().target_group_arn(group.as_str());
        let told = asked.send().await.map_err(|error| {
            failure(&format!("describe the health of the target group {group}"), &error)
        })?;

        let targets = told.target_health_descriptions.unwrap_or_default().into_iter();
        let unknown = || TargetHealth::builder().build();
        Ok(targets.map(|target| target.target_health.unwrap_or_else(unknown)).collect())
    }
}

impl Balancer for Elbv2 {
    async fn targets(&self, groups: &[Arn]) -> Result<Targets, Failure> {
        let mut targets = Vec::new();
        for group in groups {
            targets.extend(self.health(group).await?);
        }

        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Targets {
            healthy: count(targets.iter().filter(|target| is_healthy(target)).count()),
            total: count(targets.len()),
            reason: targets.iter().find(|target| !is_healthy(target)).map(reason),
        })
    }
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
