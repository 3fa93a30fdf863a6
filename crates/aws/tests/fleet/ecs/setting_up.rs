//! How a service and its tasks are set up.

use domain::Failure;
use domain::name::Arn;
use domain::platform::Platform;
use domain::preflight::{
    Blueprint, Capacity, LoadBalancer, LogGroup, LogUse, Purchase, Secret, SecretUse, Wiring,
};
use serde_json::{Value, json};
use workflow::ports::Fleet;

use super::{DESCRIBE_SERVICES, DESCRIBE_TASK_DEFINITION, green, place, play};
use crate::support::{Answer, Script};

const BALANCING: &str = "arn:aws:elasticloadbalancing:eu-central-1:111122223333";
const IAM: &str = "arn:aws:iam::111122223333";

fn named(name: &str) -> Arn {
    name.parse().expect("it is an ARN")
}

async fn wiring(more: Value) -> Result<Wiring, Failure> {
    let script = Script::new().on(DESCRIBE_SERVICES, move |_| {
        let mut service = json!({ "serviceName": "checkout", "status": "ACTIVE" });
        let more = more.as_object().expect("an object").clone();
        service.as_object_mut().expect("an object").extend(more);
        Answer::json(json!({ "services": [service], "failures": [] }))
    });
    let (_aws, ecs) = play(script).await;
    ecs.wiring(&place()).await
}

#[tokio::test]
async fn what_ecs_shifts_traffic_by_is_told() {
    let told = wiring(json!({
        "deploymentController": { "type": "ECS" }, "launchType": "FARGATE",
        "deploymentConfiguration": {
            "minimumHealthyPercent": 50, "maximumPercent": 150,
            "lifecycleHooks": [
                { "targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"] },
                { "hookTargetArn": "arn:aws:lambda:eu-central-1:111122223333:function:audit",
                  "lifecycleStages": ["PRE_SCALE_UP"] },
            ],
        },
        "deployments": [{ "status": "PRIMARY", "serviceConnectConfiguration": { "enabled": true } }],
        "loadBalancers": [{
            "targetGroupArn": format!("{BALANCING}:targetgroup/one/1"),
            "containerName": "checkout", "containerPort": 8080,
            "advancedConfiguration": {
                "alternateTargetGroupArn": format!("{BALANCING}:targetgroup/two/2"),
                "productionListenerRule": format!("{BALANCING}:listener-rule/app/shop/1/2/3"),
                "testListenerRule": format!("{BALANCING}:listener-rule/app/shop/1/4/5"),
                "roleArn": format!("{IAM}:role/balancing"),
            },
        }],
    }))
    .await;

    let balancer = LoadBalancer {
        group: Some(named(&format!("{BALANCING}:targetgroup/one/1"))),
        alternate: Some(named(&format!("{BALANCING}:targetgroup/two/2"))),
        production: Some(named(&format!("{BALANCING}:listener-rule/app/shop/1/2/3"))),
        test: Some(named(&format!("{BALANCING}:listener-rule/app/shop/1/4/5"))),
        role: Some(named(&format!("{IAM}:role/balancing"))),
    };
    let expected = Wiring {
        controller: "ECS".into(),
        capacity: Capacity::Fargate(Some(Purchase::OnDemand)),
        percent: (50, 150),
        balancers: vec![balancer],
        connects: true,
        hooks: vec!["arn:aws:lambda:eu-central-1:111122223333:function:audit".into()],
    };
    assert_eq!(told, Ok(expected));
}

#[tokio::test]
async fn what_is_left_out_is_what_ecs_takes_it_for() {
    let provider = |name| json!({ "capacityProviderStrategy": [{ "capacityProvider": name }] });
    for (told, controller, capacity) in [
        (json!({}), "ECS", Capacity::Provider),
        (
            json!({ "deploymentController": { "type": "CODE_DEPLOY" } }),
            "CODE_DEPLOY",
            Capacity::Provider,
        ),
        (json!({ "launchType": "EC2" }), "ECS", Capacity::Instances),
        (provider("FARGATE_SPOT"), "ECS", Capacity::Fargate(Some(Purchase::Spot))),
        (
            json!({ "capacityProviderStrategy": [
                { "capacityProvider": "FARGATE", "base": 2 }, { "capacityProvider": "FARGATE_SPOT" },
            ] }),
            "ECS",
            Capacity::Fargate(None),
        ),
        (provider("instances"), "ECS", Capacity::Provider),
    ] {
        let wiring = wiring(told.clone()).await.expect("it is told");
        assert_eq!((wiring.controller.as_str(), wiring.capacity), (controller, capacity), "{told}");
        assert_eq!((wiring.percent, wiring.balancers), ((100, 200), vec![]), "{told}");
    }
}

async fn blueprint(answer: Answer) -> Result<Option<Blueprint>, Failure> {
    let script = Script::new().on(DESCRIBE_TASK_DEFINITION, move |_| answer.clone());
    let (_aws, ecs) = play(script).await;
    ecs.blueprint(&green()).await
}

#[tokio::test]
async fn what_tasks_need_is_told_container_by_container() {
    let secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf";
    let told = blueprint(Answer::json(json!({ "taskDefinition": {
        "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": format!("{IAM}:role/execution"),
        "taskRoleArn": format!("{IAM}:role/shop/app"), "cpu": "512",
        "runtimePlatform": { "cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX" },
        "containerDefinitions": [
            {
                "name": "app", "image": "ghcr.io/acme/checkout:v1",
                "repositoryCredentials": { "credentialsParameter": "ghcr" },
                "secrets": [{ "name": "PASSWORD", "valueFrom": format!("{secret}:password::") }],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": { "awslogs-group": "/ecs/shop", "awslogs-region": "eu-west-1",
                                 "awslogs-create-group": "true" },
                },
            },
            {
                "name": "router", "image": "router",
                "logConfiguration": {
                    "logDriver": "splunk",
                    "secretOptions": [{ "name": "splunk-token", "valueFrom": "/splunk/token" }],
                },
            },
        ],
    } })))
    .await;

    let needs = |container: &str, secret| SecretUse { container: container.into(), secret };
    let group = LogGroup { name: "/ecs/shop".into(), region: Some("eu-west-1".into()) };
    let expected = Blueprint {
        platform: Some(Platform::new("linux", "arm64")),
        fargate: true,
        awsvpc: true,
        execution_role: Some(named(&format!("{IAM}:role/execution"))),
        task_role: Some(named(&format!("{IAM}:role/shop/app"))),
        cpu: Some(512),
        secrets: vec![
            needs("app", Secret::credentials("ghcr")),
            needs("app", Secret::value_from(secret)),
            needs("router", Secret::value_from("/splunk/token")),
        ],
        logs: vec![LogUse { container: "app".into(), group, creates: true }],
    };
    assert_eq!(told, Ok(Some(expected)));
}

#[tokio::test]
async fn a_task_definition_that_is_not_there_or_not_to_be_seen_is_told_so() {
    let missing = Answer::json_error(400, "ClientException", "Unable to describe task definition.");
    assert_eq!(blueprint(missing).await, Ok(None));

    let denied = Answer::json_error(400, "AccessDeniedException", "User x is not authorized.");
    let failure = blueprint(denied).await.expect_err("it is denied");
    let said = format!(
        "could not describe the task definition {}: ecs:DescribeTaskDefinition is not allowed",
        green()
    );
    assert_eq!((failure.name(), failure.to_string()), ("Refused", said));
}
