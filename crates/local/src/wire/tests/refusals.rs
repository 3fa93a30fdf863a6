//! What is refused, by which name, and in which words.

use serde_json::{Value, json};

use super::world::{World, blue_green, image};

const DEPLOYMENT: &str = "arn:aws:ecs:local:000000000000:service-deployment/shop";

async fn all(world: &World, asked: Vec<(&str, Value)>) -> String {
    let mut refusals = Vec::new();
    for (operation, input) in asked {
        let answer = world.ask(operation, input.clone()).await;
        refusals.push(format!("{operation} {input}\n  {}", answer.refusal()));
    }
    refusals.join("\n")
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_named() {
    let world = World::begin().await;
    let update = |it: Value| ("UpdateService", it);
    let unknown = format!("{DEPLOYMENT}/checkout/unknown");
    let elsewhere = format!("{DEPLOYMENT}/nowhere/unknown");

    insta::assert_snapshot!(all(&world, vec![
        ("DescribeServices", json!({ "cluster": "mall", "services": ["checkout"] })),
        ("DescribeServices", json!({ "services": ["checkout"] })),
        update(json!({ "cluster": "mall", "service": "checkout" })),
        update(json!({ "cluster": "shop", "service": "nowhere" })),
        update(json!({ "cluster": "shop", "service": "arn:aws:ecs:elsewhere:1:service/shop/checkout" })),
        update(json!({ "cluster": "shop", "service": "checkout", "taskDefinition": "checkout:9" })),
        ("ListServiceDeployments", json!({ "cluster": "shop", "service": "nowhere" })),
        ("DescribeTaskDefinition", json!({ "taskDefinition": "nowhere" })),
        ("ContinueServiceDeployment", json!({ "serviceDeploymentArn": unknown, "hookId": "h" })),
        ("StopServiceDeployment", json!({ "serviceDeploymentArn": unknown })),
        ("StopServiceDeployment", json!({ "serviceDeploymentArn": elsewhere })),
    ]).await);

    let arns = json!({ "serviceDeploymentArns": [unknown, elsewhere] });
    let told = world.ecs("DescribeServiceDeployments", arns).await;
    assert_eq!(
        told,
        json!({
            "serviceDeployments": [],
            "failures": [
                { "arn": unknown, "reason": "MISSING" },
                { "arn": elsewhere, "reason": "MISSING" },
            ]
        })
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_is_told_with_its_place() {
    let world = World::begin().await;
    let deployment = world.launch(2, blue_green()).await;
    let many = vec![deployment.as_str(); 21];
    let list = |it: Value| {
        let mut input = json!({ "cluster": "shop", "service": "checkout" });
        input.as_object_mut().unwrap().extend(it.as_object().unwrap().clone());
        ("ListServiceDeployments", input)
    };

    insta::assert_snapshot!(all(&world, vec![
        ("DescribeServices", json!({ "cluster": "shop" })),
        ("DescribeServices", json!({ "cluster": "shop", "services": [7] })),
        ("DescribeServices", json!({ "cluster": "shop", "services": vec!["checkout"; 11] })),
        ("DescribeServices", json!({ "cluster": "shop", "services": ["checkout"], "include": ["ALL"] })),
        ("DescribeServices", json!({ "cluster": "shop", "services": ["arn:aws:ecs:local:000000000000:service/mall/checkout"] })),
        ("UpdateService", json!({ "cluster": "shop" })),
        ("UpdateService", json!({ "cluster": "shop", "service": "checkout", "loadBalancers": [] })),
        ("UpdateService", json!({ "cluster": "shop", "service": "checkout", "desiredCount": -1 })),
        ("UpdateService", json!({ "cluster": "shop", "service": "checkout", "deploymentController": { "type": "EXTERNAL" } })),
        list(json!({ "maxResults": 0 })),
        list(json!({ "maxResults": 101 })),
        list(json!({ "nextToken": "tomorrow" })),
        list(json!({ "status": ["FAILED"] })),
        list(json!({ "createdAt": { "after": 1e300 } })),
        ("DescribeServiceDeployments", json!({})),
        ("DescribeServiceDeployments", json!({ "serviceDeploymentArns": ["checkout"] })),
        ("DescribeServiceRevisions", json!({ "serviceRevisionArns": [] })),
        ("ContinueServiceDeployment", json!({ "serviceDeploymentArn": deployment })),
        ("ContinueServiceDeployment", json!({ "serviceDeploymentArn": deployment, "hookId": "h" })),
        ("ContinueServiceDeployment", json!({ "serviceDeploymentArn": deployment, "hookId": "h", "action": "WAIT" })),
        ("StopServiceDeployment", json!({ "serviceDeploymentArn": deployment, "stopType": "ABORT" })),
    ]).await);

    let answer =
        world.ask("DescribeServiceDeployments", json!({ "serviceDeploymentArns": many })).await;
    insta::assert_snapshot!(answer.refusal(), @"InvalidParameterException: serviceDeploymentArns has 21 entries and at most 20 are allowed");
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_ecs_would_refuse_is_refused() {
    let world = World::begin().await;
    let hook = |stage: &str| json!({ "targetType": "PAUSE", "lifecycleStages": [stage] });
    let linear = |percent: f64| json!({ "strategy": "LINEAR", "linearConfiguration": { "stepPercent": percent } });
    let configurations = [
        json!({ "strategy": "SIDEWAYS" }),
        json!({ "strategy": "ROLLING", "lifecycleHooks": [hook("PRE_SCALE_UP")] }),
        json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [hook("BAKE_TIME")] }),
        json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [hook("TEATIME")] }),
        json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [{ "targetType": "PAUSE" }] }),
        json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [{ "lifecycleStages": ["PRE_SCALE_UP"] }] }),
        json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [{ "hookTargetArn": "arn" }] }),
        json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1441 }),
        json!({ "strategy": "BLUE_GREEN", "canaryConfiguration": { "canaryPercent": 5.0 } }),
        linear(2.9),
        linear(33.33),
        linear(100.1),
        json!({ "alarms": { "alarmNames": ["errors"], "enable": true } }),
        json!({ "alarms": { "alarmNames": [], "enable": true, "rollback": true } }),
        json!({ "deploymentCircuitBreaker": {
            "enable": true, "rollback": true, "thresholdConfiguration": { "type": "MOST" }
        } }),
        json!({ "deploymentCircuitBreaker": {
            "enable": true, "rollback": true, "resetOnHealthyTask": false
        } }),
        json!({ "minimumHealthyPercent": 50 }),
    ];

    let mut refusals = Vec::new();
    for configuration in configurations {
        let update = json!({
            "cluster": "shop",
            "service": "checkout",
            "deploymentConfiguration": configuration,
        });
        let answer = world.ask("UpdateService", update).await;
        refusals.push(format!("{configuration}\n  {}", answer.refusal()));
    }
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_task_definition_that_cannot_be_kept_is_refused() {
    let world = World::begin().await;
    let container = json!({ "name": "checkout", "image": image(2) });
    let register = |it: Value| ("RegisterTaskDefinition", it);

    insta::assert_snapshot!(all(&world, vec![
        register(json!({ "containerDefinitions": [container] })),
        register(json!({ "family": "check/out", "containerDefinitions": [container] })),
        register(json!({ "family": "checkout" })),
        register(json!({ "family": "checkout", "containerDefinitions": [] })),
        register(json!({ "family": "checkout", "containerDefinitions": ["checkout"] })),
        register(json!({ "family": "checkout", "containerDefinitions": [{ "name": "checkout" }] })),
        register(json!({ "family": "checkout", "containerDefinitions": [{ "name": "checkout", "image": "" }] })),
        register(json!({ "family": "checkout", "revision": 1, "containerDefinitions": [container] })),
        register(json!({ "family": "till", "containerDefinitions": [container] })),
        register(json!({ "family": "checkout", "containerDefinitions": [
            { "name": "a", "image": "a" }, { "name": "b", "image": "b" }
        ] })),
    ]).await);
    let newest = json!({ "taskDefinition": "checkout" });
    let newest = world.ecs("DescribeTaskDefinition", newest).await;
    assert_eq!(newest["taskDefinition"]["revision"], 1, "nothing was registered");
}
