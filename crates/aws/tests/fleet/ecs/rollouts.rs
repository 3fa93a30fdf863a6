//! How a rollout stands.

use domain::rollout::{RolloutState, Status, WaitingHook};
use domain::strategy::Stage;
use jiff::Timestamp;
use serde_json::{Value, json};
use workflow::ports::Fleet;

use super::{DESCRIBE_DEPLOYMENTS, DESCRIBE_REVISIONS, arn, deployment, missing, play, rollout};
use crate::support::{Answer, Script};

fn told(more: &Value) -> Value {
    let mut told = json!({
        "serviceDeploymentArn": rollout(), "createdAt": 1_790_000_000.25, "status": "IN_PROGRESS",
        "sourceServiceRevisions": [{
            "arn": arn("service-revision/shop/checkout/1"), "requestedTaskCount": 4,
            "runningTaskCount": 3, "pendingTaskCount": 0, "requestedProductionTrafficWeight": 90.0,
        }],
        "targetServiceRevision": {
            "arn": arn("service-revision/shop/checkout/2"), "requestedTaskCount": 4,
            "runningTaskCount": 1, "pendingTaskCount": 3, "requestedProductionTrafficWeight": 10.0,
        },
        "lifecycleStage": "PRE_PRODUCTION_TRAFFIC_SHIFT",
        "lifecycleHookDetails": [
            hook("h1", "SUCCEEDED"), hook("h2", "AWAITING_ACTION"),
        ],
    });
    told.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    told
}

fn hook(id: &str, status: &str) -> Value {
    json!({
        "hookId": id, "targetType": "PAUSE", "status": status, "expiresAt": 1_790_003_600.0,
        "timeoutAction": "ROLLBACK",
    })
}

async fn state(told: Value) -> Result<RolloutState, domain::Failure> {
    let (_aws, ecs) =
        play(Script::new().on(DESCRIBE_DEPLOYMENTS, move |_| deployment(&told))).await;
    ecs.rollout(&rollout()).await
}

#[tokio::test]
async fn a_rollout_is_told_by_one_call() {
    let script = Script::new()
        .on(DESCRIBE_DEPLOYMENTS, |_| deployment(&told(&json!({ "statusReason": "Because." }))));
    let (aws, ecs) = play(script).await;

    let state = ecs.rollout(&rollout()).await.expect("it is told");

    assert_eq!(
        state,
        RolloutState {
            status: Status::InProgress,
            // The SDK's enum does not know this stage.
            stage: Some("PRE_PRODUCTION_TRAFFIC_SHIFT".into()),
            waiting: vec![WaitingHook {
                id: "h2".parse().expect("an id"),
                stage: Stage::PreProductionTrafficShift,
                expires_at: Timestamp::from_second(1_790_003_600).expect("a moment"),
            }],
            green: Some(arn("service-revision/shop/checkout/2")),
            blue: Some(arn("service-revision/shop/checkout/1")),
            share: 10.0,
            wanted: 4,
            began: Timestamp::from_millisecond(1_790_000_000_250).expect("a moment"),
            reason: Some("Because.".into()),
        }
    );
    assert_eq!(aws.only_call().body, json!({ "serviceDeploymentArns": [rollout()] }));
}

#[tokio::test]
async fn a_pause_is_where_its_deployment_is_and_nowhere_else() {
    for (stage, waits_at) in [
        ("POST_TEST_TRAFFIC_SHIFT", Some(Stage::PostTestTrafficShift)),
        ("PRE_PRODUCTION_TRAFFIC_SHIFT", Some(Stage::PreProductionTrafficShift)),
        // No pause can be set at this stage, so it waits before the step.
        ("PRODUCTION_TRAFFIC_SHIFT", Some(Stage::PreProductionTrafficShift)),
        ("POST_PRODUCTION_TRAFFIC_SHIFT", Some(Stage::PostProductionTrafficShift)),
        // Somebody else's, and theirs to answer.
        ("POST_SCALE_UP", None),
        ("A_STAGE_OF_TOMORROW", None),
    ] {
        let state = state(told(&json!({ "lifecycleStage": stage }))).await.expect("it is told");

        assert_eq!(state.stage.as_deref(), Some(stage));
        assert_eq!(state.waiting.first().map(|hook| hook.stage), waits_at, "{stage}");
    }
}

#[tokio::test]
async fn only_a_pause_that_surely_waits_is_one_to_answer() {
    for status in ["IN_PROGRESS", "SUCCEEDED", "FAILED", "TIMED_OUT", "A_STATUS_OF_TOMORROW"] {
        let hooks = json!({ "lifecycleHookDetails": [hook("h2", status)] });

        assert_eq!(state(told(&hooks)).await.expect("it is told").waiting, [], "{status}");
    }
}

#[tokio::test]
async fn every_status_of_ecs_is_known_and_another_is_told_by_its_name() {
    for (name, status) in [
        ("PENDING", Status::Pending),
        ("IN_PROGRESS", Status::InProgress),
        ("SUCCESSFUL", Status::Successful),
        ("STOP_REQUESTED", Status::StopRequested),
        ("STOPPED", Status::Stopped),
        ("ROLLBACK_REQUESTED", Status::RollbackRequested),
        ("ROLLBACK_IN_PROGRESS", Status::RollbackInProgress),
        ("ROLLBACK_SUCCESSFUL", Status::RollbackSuccessful),
        ("ROLLBACK_FAILED", Status::RollbackFailed),
    ] {
        let state = state(told(&json!({ "status": name }))).await;
        assert_eq!(state.expect("it is told").status, status);
    }

    let failure = state(told(&json!({ "status": "PAUSED" }))).await.expect_err("it is unknown");
    assert_eq!(failure.name(), "Unavailable", "it may pass");
    let said = format!(
        "ECS tells the status PAUSED of {}, which this version of Cutover does not know",
        rollout()
    );
    assert_eq!(failure.to_string(), said);
}

#[tokio::test]
async fn a_rollout_that_has_just_begun_may_have_nothing_to_tell_yet() {
    let bare = json!({ "status": "PENDING", "createdAt": 1_790_000_000 });

    let state = state(bare).await.expect("it is told");

    assert_eq!((state.green, state.stage, state.waiting), (None, None, vec![]));
    assert_eq!((state.share, state.wanted), (0.0, 0));
}

#[tokio::test]
async fn the_share_of_a_rolling_deployment_is_that_of_its_tasks() {
    let count = |tasks| json!({ "arn": arn("service-revision/shop/checkout/2"), "runningTaskCount": tasks });
    for (blue, green, share) in [(3, 1, 25.0), (0, 4, 100.0), (4, 0, 0.0), (0, 0, 0.0)] {
        let counts = json!({
            "sourceServiceRevisions": [count(blue)], "targetServiceRevision": count(green),
        });

        let state = state(told(&counts)).await.expect("it is told");

        assert!((state.share - share).abs() < 1e-9, "{blue} and {green}: {}", state.share);
    }
}

#[tokio::test]
async fn what_ecs_did_not_tell_is_said() {
    let nameless = json!({ "status": "AWAITING_ACTION", "expiresAt": 1_790_003_600.0 });
    let endless = json!({ "status": "AWAITING_ACTION", "hookId": "h2" });
    for (told, what) in [
        (json!({ "createdAt": 1 }), "the status of"),
        (json!({ "status": "PENDING" }), "when arn:"),
        (told(&json!({ "lifecycleHookDetails": [nameless] })), "the id of a pause of"),
        (told(&json!({ "lifecycleHookDetails": [endless] })), "when the pause h2 of"),
    ] {
        let failure = state(told).await.expect_err("it is not told");

        assert_eq!(failure.name(), "Unavailable");
        assert!(failure.to_string().contains(what), "{failure}");
    }
}

#[tokio::test]
async fn a_rollout_that_is_not_there_is_refused_by_name() {
    for answer in [
        missing("serviceDeployments", &rollout()),
        Answer::json(json!({ "serviceDeployments": [] })),
    ] {
        let (_aws, ecs) =
            play(Script::new().on(DESCRIBE_DEPLOYMENTS, move |_| answer.clone())).await;

        let failure = ecs.rollout(&rollout()).await.expect_err("it is not there");

        assert_eq!(failure.name(), "Refused");
        let said = format!("ECS has no service deployment {}", rollout());
        assert!(failure.to_string().starts_with(&said), "{failure}");
    }
}

#[tokio::test]
async fn the_target_groups_of_a_revision_are_those_in_effect() {
    let group =
        |name: &str| format!("arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/{name}/1");
    let revision = json!({
        "serviceRevisionArn": arn("service-revision/shop/checkout/2"),
        // What was asked for: the other of the two may be in effect.
        "loadBalancers": [{ "targetGroupArn": group("blue") }],
        "resolvedConfiguration": { "loadBalancers": [
            {
                "targetGroupArn": group("green"),
                "productionListenerRule": "arn:aws:x:y:1:listener-rule/app/shop/50dc/f2f7/9683",
            },
            { "targetGroupArn": group("green"), "productionListenerRule": "arn:aws:x:y:1:rule/2" },
            { "targetGroupArn": group("inside") },
        ] },
    });
    let answer = Answer::json(json!({ "serviceRevisions": [revision], "failures": [] }));
    let (aws, ecs) = play(Script::new().on(DESCRIBE_REVISIONS, move |_| answer.clone())).await;
    let asked = arn("service-revision/shop/checkout/2");

    let groups = ecs.target_groups(std::slice::from_ref(&asked)).await.expect("they are told");

    let told = groups[0].iter().map(|it| (it.arn.as_str(), it.load_balancer.as_deref()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(&*group("green"), Some("app/shop/50dc")), (&*group("inside"), None)]
    );
    assert_eq!(aws.only_call().body, json!({ "serviceRevisionArns": [asked] }));
}

#[tokio::test]
async fn a_revision_that_is_not_there_is_refused_by_name() {
    let gone = arn("service-revision/shop/checkout/2");
    let answer = missing("serviceRevisions", &gone);
    let (_aws, ecs) = play(Script::new().on(DESCRIBE_REVISIONS, move |_| answer.clone())).await;

    let failure =
        ecs.target_groups(std::slice::from_ref(&gone)).await.expect_err("it is not there");

    let said = format!("ECS has no service revision {gone} (MISSING)");
    assert_eq!((failure.name(), failure.to_string()), ("Refused", said));
}
