//! Deployments told by what the wire says of them.

use serde_json::{Value, json};

use super::world::{World, blue_green};

/// How a deployment stands, in three lines.
fn told(deployment: &Value) -> String {
    let revision = |it: &Value| {
        format!(
            "{}/{} tasks, production {}, test {}",
            it["runningTaskCount"],
            it["requestedTaskCount"],
            it["requestedProductionTrafficWeight"],
            it["requestedTestTrafficWeight"],
        )
    };
    let hooks = deployment["lifecycleHookDetails"].as_array().unwrap();
    let hooks: Vec<_> = hooks.iter().map(|hook| hook["status"].as_str().unwrap()).collect();
    format!(
        "{} {} {}\n  blue  {}\n  green {}",
        deployment["status"].as_str().unwrap(),
        deployment["lifecycleStage"].as_str().unwrap_or("-"),
        hooks.join(" "),
        revision(&deployment["sourceServiceRevisions"][0]),
        revision(&deployment["targetServiceRevision"]),
    )
}

#[tokio::test(start_paused = true)]
async fn a_deployment_goes_from_pause_to_pause_and_ends() {
    let world = World::begin().await;
    let mut story = Vec::new();

    let deployment = world.launch(2, blue_green()).await;
    for _ in 0..2 {
        world.pass(10).await;
        story.push(told(&world.deployment(&deployment).await));
        let hook = world.pause(&deployment).await;
        let answered = json!({
            "serviceDeploymentArn": deployment, "hookId": hook, "action": "CONTINUE"
        });
        let answer = world.ecs("ContinueServiceDeployment", answered).await;
        assert_eq!(answer, json!({ "serviceDeploymentArn": deployment }));
    }
    world.pass(60).await;
    story.push(told(&world.deployment(&deployment).await));

    insta::assert_snapshot!(story.join("\n"), @"
    IN_PROGRESS POST_TEST_TRAFFIC_SHIFT AWAITING_ACTION
      blue  2/2 tasks, production 100.0, test 0.0
      green 2/2 tasks, production 0.0, test 100.0
    IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT SUCCEEDED AWAITING_ACTION
      blue  2/2 tasks, production 0.0, test 0.0
      green 2/2 tasks, production 100.0, test 100.0
    SUCCESSFUL CLEAN_UP SUCCEEDED SUCCEEDED
      blue  0/0 tasks, production 0.0, test 0.0
      green 2/2 tasks, production 100.0, test 100.0
    ");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_stopped_goes_back() {
    let world = World::begin().await;
    let deployment = world.launch(2, blue_green()).await;
    world.pass(10).await;

    let stop = json!({ "serviceDeploymentArn": deployment, "stopType": "ROLLBACK" });
    let answer = world.ecs("StopServiceDeployment", stop.clone()).await;
    assert_eq!(answer, json!({ "serviceDeploymentArn": deployment }));
    let asked = told(&world.deployment(&deployment).await);
    world.pass(60).await;
    let ended = world.deployment(&deployment).await;

    insta::assert_snapshot!([asked, told(&ended)].join("\n"), @"
    ROLLBACK_REQUESTED POST_TEST_TRAFFIC_SHIFT AWAITING_ACTION
      blue  2/2 tasks, production 100.0, test 0.0
      green 2/2 tasks, production 0.0, test 100.0
    ROLLBACK_SUCCESSFUL CLEAN_UP FAILED
      blue  2/2 tasks, production 100.0, test 0.0
      green 0/0 tasks, production 0.0, test 0.0
    ");
    assert_eq!(ended["rollback"]["reason"], "The service deployment was stopped.");
    let blue = &ended["sourceServiceRevisions"][0]["arn"];
    assert_eq!(ended["rollback"]["serviceRevisionArn"], *blue);
    let again = world.ask("StopServiceDeployment", stop).await;
    assert_eq!(again.refusal(), "ConflictException: the service deployment is ROLLBACK_SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn a_pause_told_to_roll_back_and_a_pause_nobody_answers_end_alike() {
    for answers in [true, false] {
        let world = World::begin().await;
        let deployment = world.launch(2, blue_green()).await;
        world.pass(10).await;
        if answers {
            let hook = world.pause(&deployment).await;
            let answer = json!({
                "serviceDeploymentArn": deployment, "hookId": hook, "action": "ROLLBACK"
            });
            world.ecs("ContinueServiceDeployment", answer).await;
        }
        world.pass(31 * 60).await;

        let ended = world.deployment(&deployment).await;
        assert_eq!(ended["status"], "ROLLBACK_SUCCESSFUL", "{ended}");
        let hook = if answers { "FAILED" } else { "TIMED_OUT" };
        assert_eq!(ended["lifecycleHookDetails"][0]["status"], hook, "{ended}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_canary_shows_its_first_step_at_the_second_pause() {
    let world = World::begin().await;
    let configuration = json!({
        "strategy": "CANARY",
        "canaryConfiguration": { "canaryPercent": 12.5, "canaryBakeTimeInMinutes": 0 },
        "lifecycleHooks": [{
            "targetType": "PAUSE", "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"]
        }],
    });
    let deployment = world.launch(2, configuration).await;
    let mut shares = Vec::new();

    for _ in 0..2 {
        world.pass(10).await;
        let told = world.deployment(&deployment).await;
        assert_eq!(told["lifecycleStage"], "PRE_PRODUCTION_TRAFFIC_SHIFT");
        shares.push(told["targetServiceRevision"]["requestedProductionTrafficWeight"].clone());
        let hook = world.pause(&deployment).await;
        let answer = json!({ "serviceDeploymentArn": deployment, "hookId": hook });
        world.ecs("ContinueServiceDeployment", answer).await;
    }
    world.pass(60).await;

    assert_eq!(shares, [json!(0.0), json!(12.5)]);
    assert_eq!(world.deployment(&deployment).await["status"], "SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn asking_twice_for_the_same_begins_one_deployment() {
    let world = World::begin().await;
    let deployment = world.launch(2, blue_green()).await;

    let again = json!({
        "cluster": "shop",
        "service": "checkout",
        "taskDefinition": "checkout:2",
        "deploymentConfiguration": blue_green(),
    });
    world.ecs("UpdateService", again).await;

    let list = json!({ "cluster": "shop", "service": "checkout" });
    let listed = world.ecs("ListServiceDeployments", list).await;
    let listed = listed["serviceDeployments"].as_array().unwrap();
    assert_eq!(listed.len(), 2, "the first ever, and this one");
    assert_eq!(listed[0]["serviceDeploymentArn"], deployment.as_str());
}

#[tokio::test(start_paused = true)]
async fn what_happens_is_heard_on_the_bus() {
    let world = World::begin().await;
    let heard = std::sync::Arc::new(parking_lot::Mutex::new(Vec::new()));
    let ear = std::sync::Arc::clone(&heard);
    world.account.bus().hear(move |event| ear.lock().push(serde_json::to_value(&**event).unwrap()));

    let deployment = world.launch(2, blue_green()).await;
    world.pass(31 * 60).await;

    let heard = heard.lock().clone();
    let names: Vec<_> =
        heard.iter().map(|it| it["detail"]["eventName"].as_str().unwrap()).collect();
    insta::assert_snapshot!(names.join("\n"), @"
    SERVICE_DEPLOYMENT_IN_PROGRESS
    HOOK_AWAITING_ACTION
    HOOK_TIMED_OUT
    SERVICE_DEPLOYMENT_FAILED
    SERVICE_DEPLOYMENT_IN_PROGRESS
    SERVICE_DEPLOYMENT_COMPLETED
    SERVICE_STEADY_STATE
    ");
    assert_eq!(heard[1]["source"], "aws.ecs");
    assert_eq!(heard[1]["resources"], json!([deployment]));
    assert!(world.account.executions().is_empty(), "the rules of this account start nothing");
    assert_eq!(world.account.bus().counters().matched, 0);
}
