//! ECS.

mod finding;
mod launching;
mod one_offs;
mod pausing;
mod registering;
mod rollouts;
mod serving;
mod setting_up;
mod tasks;

use aws::Ecs;
use domain::name::Arn;
use domain::service::Place;
use serde_json::{Value, json};

use crate::support::{Answer, Aws, Script};

pub(crate) const ACCOUNT: &str = "arn:aws:ecs:eu-central-1:111122223333";
pub(crate) const DESCRIBE_SERVICES: &str = "AmazonEC2ContainerServiceV20141113.DescribeServices";
pub(crate) const DESCRIBE_REVISIONS: &str =
    "AmazonEC2ContainerServiceV20141113.DescribeServiceRevisions";
pub(crate) const DESCRIBE_DEPLOYMENTS: &str =
    "AmazonEC2ContainerServiceV20141113.DescribeServiceDeployments";
pub(crate) const LIST_DEPLOYMENTS: &str =
    "AmazonEC2ContainerServiceV20141113.ListServiceDeployments";
pub(crate) const CONTINUE: &str = "AmazonEC2ContainerServiceV20141113.ContinueServiceDeployment";
pub(crate) const STOP: &str = "AmazonEC2ContainerServiceV20141113.StopServiceDeployment";
pub(crate) const UPDATE: &str = "AmazonEC2ContainerServiceV20141113.UpdateService";
pub(crate) const DESCRIBE_TASK_DEFINITION: &str =
    "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition";
pub(crate) const REGISTER: &str = "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition";

/// The scripted AWS, and our client of it.
pub(crate) async fn play(script: Script) -> (Aws, Ecs) {
    let aws = script.play().await;
    let ecs = Ecs::new(&aws.config());
    (aws, ecs)
}

pub(crate) fn place() -> Place {
    Place { cluster: "shop".into(), service: "checkout".into() }
}

pub(crate) fn arn(resource: &str) -> Arn {
    format!("{ACCOUNT}:{resource}").parse().expect("it is an ARN")
}

pub(crate) fn rollout() -> Arn {
    arn("service-deployment/shop/checkout/d9")
}

pub(crate) fn green() -> Arn {
    arn("task-definition/checkout:8")
}

/// What `DescribeServiceDeployments` tells of one.
fn deployment(told: &Value) -> Answer {
    Answer::json(json!({ "serviceDeployments": [told], "failures": [] }))
}

/// What ECS tells, with status 200, of what it does not have.
fn missing(of: &str, arn: &Arn) -> Answer {
    let failure = json!({ "arn": arn.as_str(), "reason": "MISSING" });
    Answer::json(json!({ of: [], "failures": [failure] }))
}
