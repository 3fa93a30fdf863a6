//! What goes wrong between us and AWS, in each protocol, and what it means to a step.

use std::time::Duration;

use aws::{CloudWatch, Ecs, Elbv2, Rds};
use domain::Failure;
use serde_json::json;
use workflow::ports::{Alarms, Balancer, Fleet, Replicas};

use crate::alarms::DESCRIBE_ALARMS;
use crate::balancer::{DESCRIBE_TARGET_HEALTH, group};
use crate::ecs::{DESCRIBE_DEPLOYMENTS, rollout};
use crate::replicas::DESCRIBE_INSTANCES;
use crate::support::{Answer, Aws, Script};

/// The protocols that our clients speak, each by one call of it.
const PROTOCOLS: [&str; 4] =
    [DESCRIBE_DEPLOYMENTS, DESCRIBE_ALARMS, DESCRIBE_TARGET_HEALTH, DESCRIBE_INSTANCES];

/// Makes the call, and tells what became of it.
async fn call(action: &str, aws: &Aws) -> Result<(), Failure> {
    let config = aws.config();
    match action {
        DESCRIBE_DEPLOYMENTS => Ecs::new(&config).rollout(&rollout()).await.map(drop),
        DESCRIBE_ALARMS => CloudWatch::new(&config).states(&["5xx".into()]).await.map(drop),
        DESCRIBE_TARGET_HEALTH => Elbv2::new(&config).targets(&[group("green")]).await.map(drop),
        DESCRIBE_INSTANCES => Rds::new(&config).replicas(&["shop-2".into()]).await.map(drop),
        other => panic!("{other} is not a call"),
    }
}

/// A refusal in the protocol of the action.
fn refusal(action: &str, status: u16, code: &str) -> Answer {
    match action {
        DESCRIBE_DEPLOYMENTS => Answer::json_error(status, code, "So not."),
        DESCRIBE_ALARMS => Answer::cbor_error(status, code, "So not."),
        _ => Answer::xml_error(status, code, "So not."),
    }
}

/// A good answer in the protocol of the action.
fn good(action: &str) -> Answer {
    let deployment = json!({ "status": "PENDING", "createdAt": 1_790_000_000 });
    match action {
        DESCRIBE_DEPLOYMENTS => Answer::json(json!({ "serviceDeployments": [deployment] })),
        DESCRIBE_ALARMS => Answer::cbor(crate::alarms::quiet("5xx")),
        DESCRIBE_TARGET_HEALTH => crate::balancer::health(""),
        _ => crate::replicas::instances(""),
    }
}

/// What a call becomes when it is always answered so, and how often it was tried.
async fn always(action: &str, answer: Answer) -> (Result<(), Failure>, usize) {
    tried(action, Script::new().on(action, move |_| answer.clone())).await
}

async fn tried(action: &str, script: Script) -> (Result<(), Failure>, usize) {
    let aws = script.play().await;
    let told = call(action, &aws).await;
    (told, aws.calls().len())
}

#[tokio::test]
async fn what_may_pass_is_tried_three_times_and_then_unavailable() {
    for action in PROTOCOLS {
        for (what, answer) in [
            ("throttled", refusal(action, 400, "ThrottlingException")),
            ("throttled otherwise", refusal(action, 400, "Throttling")),
            ("too many", refusal(action, 429, "TooManyRequestsException")),
            ("broken", refusal(action, 500, "InternalFailure")),
            ("overloaded", refusal(action, 503, "ServiceUnavailable")),
            ("a gateway's page", Answer::bytes("text/html", "<html>502</html>").status(502)),
            ("cut", Answer::cut()),
        ] {
            let (told, tries) = always(action, answer).await;

            let failure = told.expect_err("no answer is good");
            assert_eq!(failure.name(), "Unavailable", "{action} {what}: {failure}");
            assert_eq!(tries, 3, "{action} {what}: {failure}");
            assert!(failure.to_string().starts_with("could not "), "{failure}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_waited_for_three_times_and_then_unavailable() {
    // Each waits for seconds, so all wait at once.
    let [ecs, cloudwatch, elbv2, rds] = PROTOCOLS;
    tokio::join!(late(ecs), late(cloudwatch), late(elbv2), late(rds));
}

async fn late(action: &str) {
    let answer = good(action).after(Duration::from_secs(60));
    let script = Script::new().on(action, move |_| answer.clone());

    let (told, tries) = tried(action, script.waiting_only(Duration::from_secs(1))).await;

    let failure = told.expect_err("it comes too late");
    assert_eq!((failure.name(), tries), ("Unavailable", 3), "{action}: {failure}");
    assert!(failure.to_string().contains("timeout"), "{failure}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_unavailable_and_never_half_an_answer() {
    for action in PROTOCOLS {
        for (what, answer) in [
            ("truncated", good(action).truncated()),
            ("half of it, as if it were all", good(action).halved()),
            ("nothing of it, as if it were all", Answer::bytes("text/plain", "").status(200)),
        ] {
            let (told, _) = always(action, answer).await;

            // An empty answer of a JSON protocol is an empty object, in which nothing is told.
            let empty = what.starts_with("nothing") && action == DESCRIBE_DEPLOYMENTS;
            let name = if empty { "Refused" } else { "Unavailable" };
            let failure = told.expect_err(what);
            assert_eq!(failure.name(), name, "{action} {what}: {failure}");
        }
    }
}

#[tokio::test]
async fn what_aws_will_not_do_is_refused_at_once_in_its_own_words() {
    for action in PROTOCOLS {
        for code in ["AccessDeniedException", "UnrecognizedClientException", "ValidationError"] {
            let (told, tries) = always(action, refusal(action, 400, code)).await;

            let failure = told.expect_err("it is refused");
            assert_eq!(failure.name(), "Refused", "{action}: {failure}");
            assert!(failure.to_string().ends_with(&format!(": {code}: So not.")), "{failure}");
            assert_eq!(tries, 1, "{action}: asking again would not help");
        }
    }
}

#[tokio::test]
async fn what_passes_is_not_noticed() {
    for action in PROTOCOLS {
        for trouble in [refusal(action, 400, "ThrottlingException"), Answer::cut()] {
            let script = Script::new().turns(action, [trouble.clone(), trouble, good(action)]);
            let aws = script.play().await;

            assert_eq!(call(action, &aws).await, Ok(()), "{action}");
            assert_eq!(&aws.actions()[..3], [action; 3]);
        }
    }
}
