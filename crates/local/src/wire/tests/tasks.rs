//! Tasks, and what they print.

use serde_json::{Value, json};

use super::world::{World, blue_green};

fn listed(told: &Value) -> Vec<String> {
    let arns = told["taskArns"].as_array().unwrap().iter();
    arns.map(|arn| arn.as_str().unwrap().to_owned()).collect()
}

async fn list(world: &World, status: &str) -> Vec<String> {
    let input = json!({ "cluster": "shop", "serviceName": "checkout", "desiredStatus": status });
    listed(&world.ecs("ListTasks", input).await)
}

async fn describe(world: &World, arns: &[String]) -> Value {
    world.ecs("DescribeTasks", json!({ "cluster": "shop", "tasks": arns })).await
}

/// The last lines that a task printed.
async fn printed(world: &World, group: &str, stream: String) -> super::world::Answer {
    let headers = [
        ("x-amz-target", "Logs_20140328.GetLogEvents"),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let input = json!({ "logGroupName": group, "logStreamName": stream, "limit": 20 });
    world.send(&headers, input.to_string()).await
}

#[tokio::test(start_paused = true)]
async fn the_tasks_of_green_are_told_while_they_run_and_after() {
    let world = World::begin().await;
    let deployment = world.launch(2, blue_green()).await;
    world.pass(10).await;

    let running = list(&world, "RUNNING").await;
    assert_eq!((running.len(), list(&world, "STOPPED").await.len()), (4, 0), "blue and green");
    let stop = json!({ "serviceDeploymentArn": deployment, "stopType": "ROLLBACK" });
    world.ecs("StopServiceDeployment", stop).await;
    world.pass(60).await;

    assert_eq!(list(&world, "RUNNING").await, running[..2], "blue runs on");
    let stopped = list(&world, "STOPPED").await;
    assert_eq!(stopped, running[2..]);
    let told = describe(&world, &stopped).await;
    let task = &told["tasks"][0];
    assert_eq!(task["lastStatus"], "STOPPED");
    assert_eq!(task["stopCode"], "ServiceSchedulerInitiated");
    assert_eq!(task["stoppedReason"], "Scaling activity initiated by the deployment");
    assert!(task["taskDefinitionArn"].as_str().unwrap().ends_with("task-definition/checkout:2"));
    assert_eq!(task["containers"][0]["name"], "checkout");
    assert_eq!(task["containers"][0].get("exitCode"), None);
}

#[tokio::test(start_paused = true)]
async fn tasks_are_listed_in_pages_and_those_that_are_not_there_are_named() {
    let world = World::begin().await;
    let all = list(&world, "RUNNING").await;

    let page = json!({ "cluster": "shop", "serviceName": "checkout", "maxResults": 1 });
    let first = world.ecs("ListTasks", page.clone()).await;
    let mut further = page;
    further["nextToken"] = first["nextToken"].clone();
    let second = world.ecs("ListTasks", further).await;

    assert_eq!([listed(&first), listed(&second)].concat(), all);
    assert_eq!(second.get("nextToken"), None);
    let unknown = format!("{}0", all[0]);
    let told = describe(&world, &[all[1].clone(), unknown.clone()]).await;
    assert_eq!(told["tasks"][0]["taskArn"], all[1]);
    assert_eq!(told["failures"], json!([{ "arn": unknown, "reason": "MISSING" }]));
}

#[tokio::test(start_paused = true)]
async fn what_a_task_prints_is_in_the_stream_that_its_definition_names() {
    let world = World::begin().await;
    let told = world.ecs("DescribeTaskDefinition", json!({ "taskDefinition": "checkout:1" })).await;
    let logs = &told["taskDefinition"]["containerDefinitions"][0]["logConfiguration"]["options"];
    let task = list(&world, "RUNNING").await[0].rsplit('/').next().unwrap().to_owned();
    let prefix = logs["awslogs-stream-prefix"].as_str().unwrap();
    let group = logs["awslogs-group"].as_str().unwrap();

    let told = printed(&world, group, format!("{prefix}/checkout/{task}")).await.json();
    assert_eq!(told["events"], json!([{ "message": "listening on port 8080" }]));

    for (group, stream) in [
        ("/ecs/catalog", format!("{prefix}/checkout/{task}")),
        (group, format!("{prefix}/checkout/0a1b")),
    ] {
        let refused = printed(&world, group, stream).await.refusal();
        assert!(refused.starts_with("ResourceNotFoundException: "), "{refused}");
    }
}
