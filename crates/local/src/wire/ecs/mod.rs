//! ECS: one file for each thing that is asked about.

mod arns;
mod configuration;
mod deployments;
mod include;
mod list;
mod names;
mod one_offs;
mod page;
mod render;
mod revisions;
mod services;
mod steering;
mod task_definitions;
mod tasks;

use serde_json::Value;

use super::refusal::Refusal;
use crate::account::Account;
use crate::plant::Plant;

/// An operation: what it is called among the account's calls, and what it does.
type Operation<P> = (&'static str, fn(&Account<P>, &[u8]) -> Result<Value, Refusal>);

/// Finds an operation by its name.
pub(super) fn operation<P: Plant>(name: &str) -> Option<Operation<P>> {
    let operation: Operation<P> = match name {
        "DescribeServices" => ("ecs.DescribeServices", services::describe),
        "UpdateService" => ("ecs.UpdateService", services::update),
        "DescribeTaskDefinition" => ("ecs.DescribeTaskDefinition", task_definitions::describe),
        "RegisterTaskDefinition" => ("ecs.RegisterTaskDefinition", task_definitions::register),
        "ListServiceDeployments" => ("ecs.ListServiceDeployments", list::list),
        "DescribeServiceDeployments" => ("ecs.DescribeServiceDeployments", deployments::describe),
        "DescribeServiceRevisions" => ("ecs.DescribeServiceRevisions", revisions::describe),
        "ContinueServiceDeployment" => ("ecs.ContinueServiceDeployment", steering::go_on),
        "StopServiceDeployment" => ("ecs.StopServiceDeployment", steering::stop),
        "RunTask" => ("ecs.RunTask", one_offs::run),
        "StopTask" => ("ecs.StopTask", one_offs::stop),
        "ListTasks" => ("ecs.ListTasks", tasks::list),
        "DescribeTasks" => ("ecs.DescribeTasks", tasks::describe),
        _ => return None,
    };
    Some(operation)
}
