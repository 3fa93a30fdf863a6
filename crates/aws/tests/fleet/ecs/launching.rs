//! What ECS is told of a deployment.

use domain::seconds::Seconds;
use domain::strategy::{Percent, Strategy};
use serde_json::{Value, json};
use workflow::ports::{Deployment, Fleet};

use super::{UPDATE, green, place, play};
use crate::support::{Answer, Script};

fn percent(percent: f64) -> Percent {
    Percent::new(percent).expect("it is a share")
}

fn launch(strategy: Strategy, alarms: &[&str]) -> Deployment {
    Deployment {
        green: green(),
        pauses: strategy.pauses(Seconds::minutes(10)),
        strategy,
        alarms: alarms.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// A pause as ECS is told of it.
fn pause(stage: &str, minutes: u32) -> Value {
    json!({
        "targetType": "PAUSE", "lifecycleStages": [stage],
        "timeoutConfiguration": { "timeoutInMinutes": minutes, "action": "ROLLBACK" },
    })
}

fn nothing_else(hooks: &[Value]) -> Value {
    json!({
        "deploymentCircuitBreaker": { "enable": false, "rollback": false },
        "alarms": { "alarmNames": [], "rollback": false, "enable": false },
        "bakeTimeInMinutes": 0,
        "lifecycleHooks": hooks,
    })
}

async fn told(deployment: Deployment) -> Value {
    let (aws, ecs) = play(Script::new().on(UPDATE, |_| Answer::json(json!({})))).await;

    ecs.launch(&place(), &deployment).await.expect("ECS takes it");

    let call = aws.only_call();
    assert_eq!(call.action, UPDATE);
    let mut body = call.body;
    let configuration = body["deploymentConfiguration"].take();
    // The task definition and nothing else, above all no `forceNewDeployment`: without it, asking
    // twice begins one deployment.
    let rest = json!({
        "cluster": "shop", "service": "checkout", "taskDefinition": green(),
        "deploymentConfiguration": null,
    });
    assert_eq!(body, rest);
    configuration
}

#[tokio::test]
async fn blue_green_pauses_before_production_and_at_the_end() {
    let told = told(launch(Strategy::BlueGreen {}, &[])).await;

    let mut expected = nothing_else(&[
        pause("POST_TEST_TRAFFIC_SHIFT", 30),
        pause("POST_PRODUCTION_TRAFFIC_SHIFT", 40),
    ]);
    expected["strategy"] = "BLUE_GREEN".into();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_canary_and_linear_steps_pause_before_every_step() {
    let hold = Seconds(90);
    let pauses = [
        pause("POST_TEST_TRAFFIC_SHIFT", 30),
        // A minute and a half and the patience, in whole minutes.
        pause("PRE_PRODUCTION_TRAFFIC_SHIFT", 32),
        pause("POST_PRODUCTION_TRAFFIC_SHIFT", 40),
    ];

    let canary = told(launch(Strategy::Canary { percent: percent(2.5), hold }, &[])).await;
    let linear = told(launch(Strategy::Linear { step: percent(33.3), hold }, &[])).await;

    let mut expected = nothing_else(&pauses);
    expected["strategy"] = "CANARY".into();
    expected["canaryConfiguration"] = json!({ "canaryPercent": 2.5, "canaryBakeTimeInMinutes": 0 });
    assert_eq!(canary, expected);
    let mut expected = nothing_else(&pauses);
    expected["strategy"] = "LINEAR".into();
    expected["linearConfiguration"] = json!({ "stepPercent": 33.3, "stepBakeTimeInMinutes": 0 });
    assert_eq!(linear, expected);
}

#[tokio::test]
async fn a_rolling_deployment_has_no_pause_and_is_watched_by_ecs() {
    let told = told(launch(Strategy::Rolling {}, &["checkout-5xx"])).await;

    let expected = json!({
        "strategy": "ROLLING",
        "deploymentCircuitBreaker": { "enable": true, "rollback": true },
        "alarms": { "alarmNames": ["checkout-5xx"], "rollback": true, "enable": true },
        "lifecycleHooks": [],
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_ecs_will_not_do_is_refused_in_its_own_words() {
    for code in
        ["ServiceNotFoundException", "ServiceNotActiveException", "InvalidParameterException"]
    {
        let refuse = move |_: &_| Answer::json_error(400, code, "So not.");
        let (aws, ecs) = play(Script::new().on(UPDATE, refuse)).await;

        let deployment = launch(Strategy::BlueGreen {}, &[]);
        let failure = ecs.launch(&place(), &deployment).await.expect_err("it is refused");

        let said = format!("could not update the service shop/checkout: {code}: So not.");
        assert_eq!((failure.name(), failure.to_string()), ("Refused", said));
        assert_eq!(aws.calls().len(), 1, "asking again would not help");
    }
}
