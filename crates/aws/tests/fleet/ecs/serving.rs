//! What a service runs now.

use domain::name::Digest;
use domain::preflight::Serving;
use serde_json::{Value, json};
use workflow::ports::Fleet;

use super::{
    ACCOUNT, DESCRIBE_DEPLOYMENTS, DESCRIBE_REVISIONS, DESCRIBE_SERVICES, arn, deployment, missing,
    place, play, rollout,
};
use crate::support::{Answer, Script};

fn digest(byte: &str) -> String {
    format!("sha256:{}", byte.repeat(32))
}

fn parsed(byte: &str) -> Digest {
    digest(byte).parse().expect("it is a digest")
}

fn service(more: &Value) -> Answer {
    let mut service = json!({
        "serviceArn": format!("{ACCOUNT}:service/shop/checkout"), "serviceName": "checkout",
        "clusterArn": format!("{ACCOUNT}:cluster/shop"), "status": "ACTIVE",
        "desiredCount": 4, "runningCount": 3, "pendingCount": 1,
        "taskDefinition": arn("task-definition/checkout:7"),
        "currentServiceRevisions": [revision_of("1")],
    });
    let more = more.as_object().expect("an object").clone();
    service.as_object_mut().expect("an object").extend(more);
    Answer::json(json!({ "services": [service], "failures": [] }))
}

fn revision_of(id: &str) -> Value {
    json!({
        "arn": arn(&format!("service-revision/shop/checkout/{id}")),
        "requestedTaskCount": 4, "runningTaskCount": 3, "pendingTaskCount": 1,
    })
}

fn revision(id: &str, task_definition: u32, images: &Value) -> Value {
    json!({
        "serviceRevisionArn": arn(&format!("service-revision/shop/checkout/{id}")),
        "taskDefinition": arn(&format!("task-definition/checkout:{task_definition}")),
        "containerImages": images,
    })
}

fn revisions(told: &Value) -> Answer {
    Answer::json(json!({ "serviceRevisions": told, "failures": [] }))
}

fn one_image() -> Value {
    json!([{
        "containerName": "checkout", "image": "ghcr.io/acme/checkout:v1",
        "imageDigest": digest("aa"),
    }])
}

#[tokio::test]
async fn a_service_is_told_by_two_calls_that_name_it() {
    let script = Script::new()
        .on(DESCRIBE_SERVICES, |_| service(&json!({})))
        .on(DESCRIBE_REVISIONS, |_| revisions(&json!([revision("1", 7, &one_image())])));
    let (aws, ecs) = play(script).await;

    let serving = ecs.serving(&place(), None).await.expect("it is told");

    assert_eq!(
        serving,
        Serving {
            task_definition: arn("task-definition/checkout:7"),
            revision: Some(arn("service-revision/shop/checkout/1")),
            digest: Some(parsed("aa")),
            desired: 4,
            running: 3,
            in_progress: None,
        }
    );
    let calls = aws.calls();
    assert_eq!(aws.actions(), [DESCRIBE_SERVICES, DESCRIBE_REVISIONS]);
    assert_eq!(calls[0].body, json!({ "cluster": "shop", "services": ["checkout"] }));
    let asked = json!({ "serviceRevisionArns": [arn("service-revision/shop/checkout/1")] });
    assert_eq!(calls[1].body, asked);
}

#[tokio::test]
async fn the_digest_is_that_of_the_container_that_is_deployed() {
    let images = json!([
        { "containerName": "envoy", "image": "envoy:v1", "imageDigest": digest("ee") },
        { "containerName": "checkout", "image": format!("ghcr.io/acme/checkout@{}", digest("bb")) },
        { "containerName": "late", "image": "ghcr.io/acme/late:v1" },
    ]);
    let script = Script::new()
        .on(DESCRIBE_SERVICES, |_| service(&json!({})))
        .on(DESCRIBE_REVISIONS, move |_| revisions(&json!([revision("1", 7, &images)])));
    let (_aws, ecs) = play(script).await;

    for (container, digest) in [
        (Some("envoy"), Some(parsed("ee"))),
        // Not resolved by ECS, but named by the image.
        (Some("checkout"), Some(parsed("bb"))),
        // Neither: it is not known.
        (Some("late"), None),
        (Some("gone"), None),
        // Several, and none is named.
        (None, None),
    ] {
        let serving = ecs.serving(&place(), container).await.expect("it is told");
        assert_eq!(serving.digest, digest, "{container:?}");
    }
}

#[tokio::test]
async fn between_two_revisions_the_one_that_the_service_is_set_to_counts() {
    let two = json!({ "currentServiceRevisions": [revision_of("1"), revision_of("2")] });
    let script =
        Script::new().on(DESCRIBE_SERVICES, move |_| service(&two)).on(DESCRIBE_REVISIONS, |_| {
            revisions(&json!([revision("2", 8, &json!([])), revision("1", 7, &one_image())]))
        });
    let (aws, ecs) = play(script).await;

    let serving = ecs.serving(&place(), None).await.expect("it is told");

    assert_eq!(serving.task_definition, arn("task-definition/checkout:7"));
    assert_eq!(serving.digest, Some(parsed("aa")));
    assert_eq!(aws.calls()[1].body["serviceRevisionArns"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_revision_says_what_serves_when_the_service_is_set_to_something_else() {
    let green = json!({ "taskDefinition": arn("task-definition/checkout:8") });
    let script = Script::new()
        .on(DESCRIBE_SERVICES, move |_| service(&green))
        .on(DESCRIBE_REVISIONS, |_| revisions(&json!([revision("1", 7, &one_image())])));
    let (_aws, ecs) = play(script).await;

    let serving = ecs.serving(&place(), None).await.expect("it is told");

    assert_eq!(serving.task_definition, arn("task-definition/checkout:7"));
}

#[tokio::test]
async fn a_revision_that_ecs_cannot_describe_leaves_the_digest_unknown() {
    let old = arn("service-revision/shop/checkout/1");
    let script = Script::new()
        .on(DESCRIBE_SERVICES, |_| service(&json!({})))
        .on(DESCRIBE_REVISIONS, move |_| missing("serviceRevisions", &old));
    let (_aws, ecs) = play(script).await;

    let serving = ecs.serving(&place(), None).await.expect("it is told");

    assert_eq!(serving.task_definition, arn("task-definition/checkout:7"));
    assert_eq!(serving.digest, None);
}

#[tokio::test]
async fn the_current_deployment_is_in_progress_only_while_it_is_not_over() {
    for (status, in_progress) in [
        ("PENDING", true),
        ("IN_PROGRESS", true),
        ("ROLLBACK_IN_PROGRESS", true),
        ("SUCCESSFUL", false),
        ("STOPPED", false),
        ("ROLLBACK_SUCCESSFUL", false),
        ("ROLLBACK_FAILED", false),
        // Careful: nothing is begun on top of what is not known to be over.
        ("A_STATUS_OF_TOMORROW", true),
    ] {
        let current = json!({ "currentServiceDeployment": rollout() });
        let script = Script::new()
            .on(DESCRIBE_SERVICES, move |_| service(&current))
            .on(DESCRIBE_REVISIONS, |_| revisions(&json!([revision("1", 7, &one_image())])))
            .on(DESCRIBE_DEPLOYMENTS, move |_| deployment(&json!({ "status": status })));
        let (_aws, ecs) = play(script).await;

        let serving = ecs.serving(&place(), None).await.expect("it is told");

        assert_eq!(serving.in_progress, in_progress.then(rollout), "{status}");
    }
}

#[tokio::test]
async fn a_deployment_that_ecs_forgot_is_not_in_progress() {
    let current = json!({ "currentServiceDeployment": rollout() });
    let script = Script::new()
        .on(DESCRIBE_SERVICES, move |_| service(&current))
        .on(DESCRIBE_REVISIONS, |_| revisions(&json!([revision("1", 7, &one_image())])))
        .on(DESCRIBE_DEPLOYMENTS, |_| missing("serviceDeployments", &rollout()));
    let (aws, ecs) = play(script).await;

    let serving = ecs.serving(&place(), None).await.expect("it is told");

    assert_eq!(serving.in_progress, None);
    let asked = json!({ "serviceDeploymentArns": [rollout()] });
    assert!(aws.calls().iter().any(|call| call.body == asked), "{:#?}", aws.calls());
}

#[tokio::test]
async fn a_service_that_is_not_there_or_not_active_is_refused_by_name() {
    let gone = json!({ "arn": format!("{ACCOUNT}:service/shop/checkout"), "reason": "MISSING" });
    for (answer, said) in [
        (
            Answer::json(json!({ "services": [], "failures": [gone] })),
            "ECS has no service shop/checkout (MISSING)",
        ),
        (
            Answer::json(json!({ "services": [] })),
            "ECS has no service shop/checkout (no reason given)",
        ),
        (service(&json!({ "status": "INACTIVE" })), "the service shop/checkout is INACTIVE"),
        (service(&json!({ "status": "DRAINING" })), "the service shop/checkout is DRAINING"),
        (
            Answer::json_error(400, "ClusterNotFoundException", "Cluster not found."),
            "could not describe the service shop/checkout: ClusterNotFoundException: Cluster not found.",
        ),
    ] {
        let (_aws, ecs) = play(Script::new().on(DESCRIBE_SERVICES, move |_| answer.clone())).await;

        let failure = ecs.serving(&place(), None).await.expect_err("it is not there");

        assert_eq!((failure.name(), failure.to_string().as_str()), ("Refused", said));
    }
}
