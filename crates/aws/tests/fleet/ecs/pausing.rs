//! Answers to pauses, and going back.

use serde_json::json;
use workflow::ports::{Fleet, Reply};

use super::{CONTINUE, DESCRIBE_DEPLOYMENTS, STOP, deployment, missing, play, rollout};
use crate::support::{Answer, Script};

fn hook() -> domain::name::HookId {
    "h2".parse().expect("it is an id")
}

/// ECS as it is when the pause stands so.
fn refusing(code: &'static str, status: &'static str) -> Script {
    Script::new().on(CONTINUE, move |_| Answer::json_error(400, code, "So not.")).on(
        DESCRIBE_DEPLOYMENTS,
        move |_| {
            let others = json!({ "hookId": "h1", "status": "AWAITING_ACTION" });
            let hook = json!({ "hookId": "h2", "status": status });
            deployment(&json!({ "lifecycleHookDetails": [others, hook] }))
        },
    )
}

#[tokio::test]
async fn an_answer_names_the_deployment_the_pause_and_what_to_do() {
    for (reply, action) in [(Reply::Continue, "CONTINUE"), (Reply::Rollback, "ROLLBACK")] {
        let (aws, ecs) = play(Script::new().on(CONTINUE, |_| Answer::json(json!({})))).await;

        ecs.answer(&rollout(), &hook(), reply).await.expect("ECS takes it");

        let asked = json!({ "serviceDeploymentArn": rollout(), "hookId": "h2", "action": action });
        assert_eq!(aws.only_call().body, asked);
    }
}

#[tokio::test]
async fn a_pause_that_waits_no_more_stays_as_it_is() {
    for code in ["InvalidParameterException", "ClientException"] {
        for status in ["SUCCEEDED", "FAILED", "TIMED_OUT"] {
            let (aws, ecs) = play(refusing(code, status)).await;

            assert_eq!(ecs.answer(&rollout(), &hook(), Reply::Continue).await, Ok(()), "{status}");

            assert_eq!(aws.actions(), [CONTINUE, DESCRIBE_DEPLOYMENTS], "one look decides");
        }
    }
}

#[tokio::test]
async fn a_refused_answer_to_a_pause_that_waits_is_refused() {
    let (_aws, ecs) = play(refusing("InvalidParameterException", "AWAITING_ACTION")).await;

    let failure = ecs.answer(&rollout(), &hook(), Reply::Continue).await.expect_err("it waits");

    let said = format!(
        "could not answer CONTINUE to the pause h2 of {}: InvalidParameterException: So not.",
        rollout()
    );
    assert_eq!((failure.name(), failure.to_string()), ("Refused", said));
}

#[tokio::test]
async fn other_errors_of_an_answer_need_no_look() {
    for (answer, name) in [
        (Answer::json_error(400, "ServiceDeploymentNotFoundException", "None."), "Refused"),
        (Answer::json_error(400, "AccessDeniedException", "Not you."), "Refused"),
        (Answer::json_error(500, "ServerException", "Sorry."), "Unavailable"),
    ] {
        let (aws, ecs) = play(Script::new().on(CONTINUE, move |_| answer.clone())).await;

        let failure = ecs.answer(&rollout(), &hook(), Reply::Rollback).await.expect_err("an error");

        assert_eq!(failure.name(), name, "{failure}");
        assert!(aws.actions().iter().all(|action| action == CONTINUE));
    }
}

#[tokio::test]
async fn an_answer_that_was_heard_and_not_confirmed_is_given() {
    // The first try has its effect, and its answer is lost. The second finds nothing that waits.
    let script = refusing("InvalidParameterException", "SUCCEEDED").turns(
        CONTINUE,
        [Answer::cut(), Answer::json_error(400, "InvalidParameterException", "So not.")],
    );
    let (aws, ecs) = play(script).await;

    assert_eq!(ecs.answer(&rollout(), &hook(), Reply::Continue).await, Ok(()));
    assert_eq!(aws.actions(), [CONTINUE, CONTINUE, DESCRIBE_DEPLOYMENTS]);
}

#[tokio::test]
async fn an_answer_to_a_deployment_that_is_gone_is_refused_by_name() {
    let script = refusing("InvalidParameterException", "SUCCEEDED")
        .on(DESCRIBE_DEPLOYMENTS, |_| missing("serviceDeployments", &rollout()));
    let (_aws, ecs) = play(script).await;

    let failure = ecs.answer(&rollout(), &hook(), Reply::Continue).await.expect_err("it is gone");

    assert_eq!(failure.name(), "Refused");
    assert!(failure.to_string().contains("ECS has no service deployment"), "{failure}");
}

#[tokio::test]
async fn a_deployment_is_stopped_by_going_back() {
    let (aws, ecs) = play(Script::new().on(STOP, |_| Answer::json(json!({})))).await;

    ecs.stop(&rollout()).await.expect("ECS takes it");

    let asked = json!({ "serviceDeploymentArn": rollout(), "stopType": "ROLLBACK" });
    assert_eq!(aws.only_call().body, asked);
}

#[tokio::test]
async fn a_deployment_that_is_over_stays_as_it_is_and_others_are_told() {
    for (code, name) in [
        ("ConflictException", None),
        ("ServiceDeploymentNotFoundException", Some("Refused")),
        ("InvalidParameterException", Some("Refused")),
        ("ThrottlingException", Some("Unavailable")),
    ] {
        let answer = Answer::json_error(400, code, "So not.");
        let (_aws, ecs) = play(Script::new().on(STOP, move |_| answer.clone())).await;

        let stopped = ecs.stop(&rollout()).await;

        assert_eq!(stopped.err().map(|failure| failure.name()), name, "{code}");
    }
}
