//! What is left of the account's quota of Fargate.

use std::collections::BTreeMap;

use super::report::Report;
use super::wiring::Purchase;
use crate::metric::{Formula, Query, Series, Statistic};
use crate::seconds::Seconds;

/// The metric of which the quota is one has a point for each of these.
const PERIOD: Seconds = Seconds::minutes(5);
/// What was used longer ago tells nothing of now.
pub const RECENT: Seconds = Seconds::minutes(30);
/// What an account has of vCPUs on Fargate, and what of them is used, in the words of CloudWatch.
const LEFT: &str = "SERVICE_QUOTA(used) - used";

/// What CloudWatch computes of the vCPUs that are left to the account in this region.
///
/// Sources: the ECS developer guide, "AWS Fargate usage metrics"; the CloudWatch user guide, "Using
/// metric math", `SERVICE_QUOTA`.
pub fn left(purchase: Purchase) -> Formula {
    let class = match purchase {
        Purchase::OnDemand => "Standard/OnDemand",
        Purchase::Spot => "Standard/Spot",
    };
    let dimensions =
        [("Service", "Fargate"), ("Type", "Resource"), ("Resource", "vCPU"), ("Class", class)];
    let dimensions = dimensions.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let used = Query {
        namespace: "AWS/Usage".to_owned(),
        name: "ResourceCount".to_owned(),
        dimensions: dimensions.into(),
        statistic: Statistic::Maximum,
        period: PERIOD,
    };
    Formula { math: LEFT.to_owned(), of: BTreeMap::from([("used".to_owned(), used)]) }
}

/// Whether `tasks` tasks more, of `cpu` units each (1024 are a vCPU), find room in what is left.
///
/// It refuses nothing: what is used is told minutes late, so a fleet that has just gone may still be
/// counted. Where CloudWatch has no metric of it there is nothing to say.
pub(super) fn inspect(left: &Series, cpu: u32, tasks: u32, report: &mut Report) {
    let Some(left) = left.newest().map(|point| point.value) else { return };
    let needed = f64::from(cpu) / 1024.0 * f64::from(tasks);
    if needed > left {
        report.warns(format!(
            "green needs {needed} vCPUs of Fargate beside blue, and by what was told last {left} of the account's quota are left, so it may not start; raise the quota \"Fargate On-Demand vCPU resource count\", or that of Spot"
        ));
    }
}
