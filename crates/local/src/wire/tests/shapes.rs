//! What every answer looks like, whole.

use serde_json::{Value, json};

use super::world::{World, blue_green, image};

const SHOP: &str = "arn:aws:ecs:local:000000000000";

async fn at_the_first_pause() -> (World, String) {
    let world = World::begin().await;
    let deployment = world.launch(2, blue_green()).await;
    world.pass(10).await;
    (world, deployment)
}

#[tokio::test(start_paused = true)]
async fn a_service() {
    let (world, _) = at_the_first_pause().await;

    let services = ["checkout", "nowhere", &format!("{SHOP}:service/shop/checkout")];
    let describe = json!({ "cluster": "shop", "services": services, "include": ["TAGS"] });
    let mut told = world.ecs("DescribeServices", describe).await;

    let by_arn = told["services"].as_array_mut().unwrap().pop();
    assert_eq!(by_arn.as_ref(), told["services"].get(0), "by name or by ARN it is the same");
    insta::assert_json_snapshot!(told);
}

#[tokio::test(start_paused = true)]
async fn an_updated_service() {
    let world = World::begin().await;

    let update = json!({
        "cluster": format!("{SHOP}:cluster/shop"),
        "service": format!("{SHOP}:service/shop/checkout"),
        "desiredCount": 3,
    });
    let told = world.ecs("UpdateService", update).await;
    assert_eq!(told["service"]["desiredCount"], 3);
    assert_eq!(told["service"]["serviceName"], "checkout");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_at_a_pause() {
    let (world, deployment) = at_the_first_pause().await;

    insta::assert_json_snapshot!(world.deployment(&deployment).await);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_deployments() {
    let (world, _) = at_the_first_pause().await;

    let list = json!({ "cluster": "shop", "service": "checkout" });
    insta::assert_json_snapshot!(world.ecs("ListServiceDeployments", list).await);
}

#[tokio::test(start_paused = true)]
async fn a_revision() {
    let (world, deployment) = at_the_first_pause().await;
    let green = world.deployment(&deployment).await["targetServiceRevision"]["arn"].clone();

    let unknown = format!("{SHOP}:service-revision/shop/checkout/1");
    let describe = json!({ "serviceRevisionArns": [green, unknown] });
    insta::assert_json_snapshot!(world.ecs("DescribeServiceRevisions", describe).await);
}

#[tokio::test(start_paused = true)]
async fn a_task_definition_that_the_account_began_with() {
    let world = World::begin().await;

    let describe = json!({ "taskDefinition": format!("{SHOP}:task-definition/checkout:1") });
    insta::assert_json_snapshot!(world.ecs("DescribeTaskDefinition", describe).await);
}

#[tokio::test(start_paused = true)]
async fn a_task_definition_is_described_as_it_was_registered() {
    let world = World::begin().await;
    let family = json!({
        "family": "checkout",
        "taskRoleArn": "arn:aws:iam::000000000000:role/checkout",
        "networkMode": "awsvpc",
        "cpu": "512",
        "memory": "1024",
        "containerDefinitions": [{
            "name": "checkout",
            "image": image(2),
            "portMappings": [{ "containerPort": 8080 }],
            "secrets": [{ "name": "KEY", "valueFrom": "arn:aws:ssm:::parameter/key" }],
            "somethingNew": { "of": ["next", "year"] },
        }],
        "tags": [{ "key": "team", "value": "shop" }],
    });

    let registered = world.ecs("RegisterTaskDefinition", family).await;
    insta::assert_json_snapshot!(registered);
    for name in ["checkout", "checkout:2"] {
        let describe = json!({ "taskDefinition": name, "include": ["TAGS"] });
        assert_eq!(world.ecs("DescribeTaskDefinition", describe).await, registered, "{name}");
    }
    let old = world.ecs("DescribeTaskDefinition", json!({ "taskDefinition": "checkout:1" })).await;
    assert_eq!(old["taskDefinition"]["containerDefinitions"][0]["image"], image(1).as_str());
    assert_eq!(old["tags"], Value::Null, "nobody asked for them");
}

#[tokio::test(start_paused = true)]
async fn every_word_of_a_configuration_comes_back() {
    let world = World::begin().await;
    let alarms = json!({ "alarmNames": ["errors"], "enable": true, "rollback": true });
    let configurations = [
        json!({
            "strategy": "ROLLING",
            "alarms": alarms,
            "deploymentCircuitBreaker": {
                "enable": true,
                "rollback": true,
                "resetOnHealthyTask": true,
                "thresholdConfiguration": { "type": "COUNT", "value": 4 },
            },
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        }),
        json!({
            "strategy": "LINEAR",
            "bakeTimeInMinutes": 7,
            "linearConfiguration": { "stepPercent": 33.3, "stepBakeTimeInMinutes": 2 },
            "lifecycleHooks": [{
                "targetType": "PAUSE",
                "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRE_SCALE_UP"],
                "timeoutConfiguration": { "timeoutInMinutes": 20160, "action": "CONTINUE" },
            }],
            "alarms": alarms,
        }),
        json!({
            "strategy": "CANARY",
            "bakeTimeInMinutes": 1,
            "canaryConfiguration": { "canaryPercent": 0.1, "canaryBakeTimeInMinutes": 0 },
        }),
    ];

    for configuration in configurations {
        let update = json!({
            "cluster": "shop",
            "service": "checkout",
            "deploymentConfiguration": configuration,
        });
        let told = world.ecs("UpdateService", update).await;
        let told = &told["service"]["deploymentConfiguration"];
        for (name, value) in configuration.as_object().unwrap() {
            assert_eq!(&told[name], value, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_configuration_leaves_out_stays() {
    let world = World::begin().await;
    let update = async |configuration: Value| {
        let update = json!({
            "cluster": "shop",
            "service": "checkout",
            "deploymentConfiguration": configuration,
        });
        world.ecs("UpdateService", update).await["service"]["deploymentConfiguration"].clone()
    };
    let mut canary = blue_green();
    canary["strategy"] = "CANARY".into();
    canary["canaryConfiguration"] = json!({ "canaryPercent": 20.0 });

    let before = update(canary).await;
    assert_eq!(before["canaryConfiguration"]["canaryBakeTimeInMinutes"], 10, "the default");
    assert_eq!(update(json!({})).await, before);

    let after = update(json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 3 })).await;
    assert_eq!(after["lifecycleHooks"], before["lifecycleHooks"]);
    assert_eq!(after["bakeTimeInMinutes"], 3);
    assert_eq!(after["canaryConfiguration"], Value::Null, "not of this strategy");
}
