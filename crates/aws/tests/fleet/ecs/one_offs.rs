//! Tasks that run once.

use aws::Ecs;
use domain::Failure;
use serde_json::{Value, json};
use workflow::ports::{OneOff, OneOffs};

use super::{DESCRIBE_SERVICES, DESCRIBE_TASK_DEFINITION, arn, green, place, play};
use crate::support::{Answer, Script};

const RUN: &str = "AmazonEC2ContainerServiceV20141113.RunTask";
const LIST: &str = "AmazonEC2ContainerServiceV20141113.ListTasks";
const DESCRIBE: &str = "AmazonEC2ContainerServiceV20141113.DescribeTasks";
const STOP: &str = "AmazonEC2ContainerServiceV20141113.StopTask";

fn one_off(container: Option<&str>) -> OneOff {
    OneOff {
        name: "checkout-1".parse().expect("a name"),
        task_definition: green(),
        container: container.map(str::to_owned),
        command: vec!["./migrate".into(), "up".into()],
    }
}

/// A service as ECS tells of it, which runs where `more` says.
fn service(more: Value) -> Answer {
    let mut service = json!({
        "serviceName": "checkout", "status": "ACTIVE",
        "networkConfiguration": { "awsvpcConfiguration": {
            "subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"
        } }
    });
    let (Value::Object(service), Value::Object(more)) = (&mut service, more) else {
        panic!("objects")
    };
    service.extend(more);
    Answer::json(json!({ "services": [service] }))
}

#[tokio::test]
async fn a_task_runs_where_its_service_does_and_is_started_once_for_a_name() {
    for (runs, container, said) in [
        (
            json!({ "launchType": "FARGATE", "platformVersion": "LATEST" }),
            Some("app"),
            json!({ "launchType": "FARGATE", "platformVersion": "LATEST" }),
        ),
        (
            json!({ "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }] }),
            None,
            json!({ "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0 }] }),
        ),
    ] {
        let script = Script::new()
            .on(DESCRIBE_SERVICES, move |_| service(runs.clone()))
            .on(DESCRIBE_TASK_DEFINITION, |_| {
                let only = json!([{ "name": "app", "image": "ghcr.io/acme/checkout" }]);
                Answer::json(json!({ "taskDefinition": { "containerDefinitions": only } }))
            })
            .on(RUN, move |call| {
                let body = &call.body;
                assert_eq!(body["cluster"], "shop");
                assert_eq!(body["taskDefinition"], green().as_str());
                assert_eq!(body["startedBy"], "cutover/checkout-1");
                assert!(body["clientToken"].as_str().is_some_and(|it| it.len() == 36));
                let command = json!([{ "name": "app", "command": ["./migrate", "up"] }]);
                assert_eq!(body["overrides"]["containerOverrides"], command);
                let network = &body["networkConfiguration"]["awsvpcConfiguration"];
                assert_eq!(network["subnets"], json!(["subnet-1"]));
                for field in ["launchType", "platformVersion", "capacityProviderStrategy"] {
                    assert_eq!(body[field], said[field], "{field}");
                }
                let task = arn("task/shop/one");
                Answer::json(json!({ "tasks": [{ "taskArn": task.as_str() }] }))
            });
        let (_aws, ecs) = play(script).await;

        let begun = ecs.begin(&place(), &one_off(container)).await;
        assert_eq!(begun, Ok(arn("task/shop/one")));
    }
}

#[tokio::test]
async fn what_ecs_has_no_room_for_is_tried_again() {
    let script = Script::new().on(DESCRIBE_SERVICES, |_| service(json!({}))).on(RUN, |_| {
        Answer::json(json!({ "tasks": [], "failures": [{ "reason": "RESOURCE:MEMORY" }] }))
    });
    let (_aws, ecs) = play(script).await;

    let refused = ecs.begin(&place(), &one_off(Some("app"))).await.expect_err("there is no room");
    assert!(
        matches!(&refused, Failure::Busy(why) if why.ends_with("RESOURCE:MEMORY")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_task_is_found_by_its_name_whether_it_runs_or_stopped() {
    for (where_it_is, found) in [("RUNNING", true), ("STOPPED", true), ("NOWHERE", false)] {
        let script = Script::new().on(LIST, move |call| {
            assert_eq!(call.body["startedBy"], "cutover/checkout-1");
            let here = call.body["desiredStatus"] == where_it_is;
            let arns: Vec<String> =
                here.then(|| arn("task/shop/one").to_string()).into_iter().collect();
            Answer::json(json!({ "taskArns": arns }))
        });
        let (_aws, ecs) = play(script).await;

        let named = ecs.named(&place(), &"checkout-1".parse().expect("a name")).await;
        assert_eq!(named, Ok(found.then(|| arn("task/shop/one"))), "{where_it_is}");
    }
}

#[tokio::test]
async fn a_task_is_told_of_as_long_as_ecs_knows_it_and_stopped_with_the_reason() {
    let script = Script::new()
        .on(DESCRIBE, |call| {
            let known = call.body["tasks"][0] == arn("task/shop/one").as_str();
            let tasks = match known {
                true => json!([{
                    "taskArn": arn("task/shop/one").as_str(), "lastStatus": "STOPPED",
                    "stopCode": "EssentialContainerExited",
                    "containers": [{ "name": "app", "exitCode": 3 }]
                }]),
                false => json!([]),
            };
            Answer::json(json!({ "tasks": tasks, "failures": [] }))
        })
        .on(STOP, |call| {
            let reason = call.body["reason"].as_str().unwrap_or_default();
            assert_eq!(
                (reason.chars().count(), call.body["cluster"].as_str()),
                (255, Some("shop"))
            );
            Answer::json(json!({ "task": {} }))
        });
    let (_aws, ecs) = play(script).await;
    let task = |id: &str| {
        let (ecs, id): (Ecs, _) = (ecs.clone(), arn(&format!("task/shop/{id}")));
        async move { ecs.task(&place(), &id).await.expect("an answer") }
    };

    let one = task("one").await.expect("ECS knows it");
    assert_eq!((one.has_stopped(), one.exit_code(Some("app"))), (true, Some(3)));
    assert_eq!(task("gone").await, None);
    ecs.end(&place(), &arn("task/shop/one"), &"é".repeat(300)).await.expect("it is stopped");
}
