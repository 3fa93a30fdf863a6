//! Deployments told by what the wire says of them.

use serde_json::{Value, json};

use super::world::{World, blue_green};

/// One line about a deployment.
fn line(deployment: &Value) -> String {
    let revision = |it: &Value| {
        format!(
            "{}/{} tasks, {} % of production, {} % of test",
            it["runningTaskCount"],
            it["requestedTaskCount"],
            it["requestedProductionTrafficWeight"],
            it["requestedTestTrafficWeight"],
        )
    };
    let hooks = deployment["lifecycleHookDetails"].as_array().unwrap();
    let hooks: Vec<_> = hooks.iter().map(|hook| hook["status"].as_str().unwrap()).collect();
    format!(
        "{} {} blue {} green {} hooks {hooks:?}",
        deployment["status"].as_str().unwrap(),
        deployment["lifecycleStage"].as_str().unwrap_or("-"),
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
        story.push(line(&world.deployment(&deployment).await));
        let hook = world.pause(&deployment).await;
        let answered = json!({
            "serviceDeploymentArn": deployment, "hookId": hook, "action": "CONTINUE"
        });
        let told = world.ecs("ContinueServiceDeployment", answered).await;
        assert_eq!(told, json!({ "serviceDeploymentArn": deployment }));
    }
    world.pass(60).await;
    story.push(line(&world.deployment(&deployment).await));

    insta::assert_snapshot!(story.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_stopped_goes_back() {
    let world = World::begin().await;
    let deployment = world.launch(2, blue_green()).await;
    world.pass(10).await;

    let stop = json!({ "serviceDeploymentArn": deployment, "stopType": "ROLLBACK" });
    let told = world.ecs("StopServiceDeployment", stop.clone()).await;
    assert_eq!(told, json!({ "serviceDeploymentArn": deployment }));
    let asked = line(&world.deployment(&deployment).await);
    world.pass(60).await;
    let ended = world.deployment(&deployment).await;

    insta::assert_snapshot!([asked, line(&ended)].join("\n"));
    insta::assert_json_snapshot!(ended["rollback"]);
    let again = world.ask("StopServiceDeployment", stop).await;
    insta::assert_snapshot!(again.refusal());
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
    insta::assert_snapshot!(names.join("\n"));
    assert_eq!(heard[1]["source"], "aws.ecs");
    assert_eq!(heard[1]["resources"], json!([deployment]));
    assert!(world.account.executions().is_empty(), "the rules of this account start nothing");
    assert_eq!(world.account.bus().counters().matched, 0);
}
