//! Green's task definition: blue's, in which one image is another.

use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionInput;
use serde_json::{Value, json};
use workflow::ports::Fleet;

use super::{DESCRIBE_TASK_DEFINITION, REGISTER, arn, play};
use crate::signature;
use crate::support::{Answer, Script};

/// What `DescribeTaskDefinition` would tell of a task definition in which everything is set, also
/// what excludes each other.
const MAXIMAL: &str = include_str!("maximal.json");
const IMAGE: &str =
    "ghcr.io/acme/checkout@sha256:00000000000000000000000000000000000000000000000000000000000000aa";

fn maximal() -> Value {
    serde_json::from_str(MAXIMAL).expect("it is JSON")
}

fn blue() -> domain::name::Arn {
    arn("task-definition/checkout:7")
}

fn script(told: Value) -> Script {
    let green =
        json!({ "taskDefinition": { "taskDefinitionArn": arn("task-definition/checkout:8") } });
    Script::new()
        .on(DESCRIBE_TASK_DEFINITION, move |_| Answer::json(told.clone()))
        .on(REGISTER, move |_| Answer::json(green.clone()))
}

/// What is registered when this is told.
async fn registered(told: Value, container: Option<&str>) -> Value {
    let (aws, ecs) = play(script(told)).await;

    let green = ecs.register(&blue(), container, IMAGE).await.expect("it is registered");

    assert_eq!(green, arn("task-definition/checkout:8"));
    let calls = aws.calls();
    assert_eq!(aws.actions(), [DESCRIBE_TASK_DEFINITION, REGISTER]);
    assert_eq!(calls[0].body, json!({ "taskDefinition": blue(), "include": ["TAGS"] }));
    calls[1].body.clone()
}

#[tokio::test]
async fn everything_is_carried_over_and_one_image_is_another() {
    let request = registered(maximal(), Some("checkout")).await;

    let mut expected = maximal()["taskDefinition"].take();
    let fields = expected.as_object_mut().expect("an object");
    for only_told in [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    ] {
        assert!(fields.remove(only_told).is_some(), "{only_told} is not told");
    }
    expected["containerDefinitions"][0]["image"] = IMAGE.into();
    // AWS keeps the tags of its own for itself.
    expected["tags"] = json!([{ "key": "team", "value": "shop" }]);
    assert_eq!(request, expected);
}

/// Without this, a field that nobody thought of would be missing in the sample too.
#[tokio::test]
async fn the_sample_has_every_field_that_the_sdk_knows() {
    let aws = script(maximal()).play().await;
    let client = aws_sdk_ecs::Client::new(&aws.sdk());

    let told = client.describe_task_definition().task_definition("checkout").send().await;

    let told = told.expect("the SDK reads it").task_definition.expect("it is told");
    let mut sidecar = told.clone();
    sidecar.container_definitions.get_or_insert_default().truncate(1);
    let fields = format!("{sidecar:#?}");
    let unset: Vec<&str> = fields.lines().filter(|line| line.ends_with(": None,")).collect();
    assert!(unset.is_empty(), "the sample lacks {unset:#?}");
}

#[tokio::test]
async fn every_parameter_of_the_request_is_set() {
    let request = registered(maximal(), Some("checkout")).await;

    let empty = RegisterTaskDefinitionInput::builder().build().expect("nothing is required");
    let fields = format!("{empty:#?}");
    let parameters = fields.lines().filter_map(|line| line.trim().strip_suffix(": None,"));
    let parameters: Vec<String> = parameters.map(camel).collect();
    assert!(parameters.len() > 15, "{parameters:?}");
    for parameter in parameters {
        assert!(request.get(&parameter).is_some(), "{parameter} is not set");
    }
}

fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (initial, rest) = word.split_at(1);
        format!("{text}{}{rest}", initial.to_uppercase())
    })
}

#[tokio::test]
async fn what_only_ecs_knows_is_carried_over_too() {
    let mut told = maximal();
    told["taskDefinition"]["aFieldOfTomorrow"] = json!({ "value": 1.50 });
    told["taskDefinition"]["containerDefinitions"][1]["another"] = json!(["x", null]);

    let request = registered(told, Some("checkout")).await;

    assert_eq!(request["aFieldOfTomorrow"], json!({ "value": 1.50 }));
    assert_eq!(request["containerDefinitions"][1]["another"], json!(["x", null]));
}

#[tokio::test]
async fn the_only_container_needs_no_name_and_no_tags_are_not_sent() {
    let told = json!({ "taskDefinition": {
        "family": "checkout",
        "containerDefinitions": [{ "name": "main", "image": "ghcr.io/acme/checkout:v1" }],
    }, "tags": [] });

    let request = registered(told, None).await;

    let expected = json!({
        "family": "checkout", "containerDefinitions": [{ "name": "main", "image": IMAGE }],
    });
    assert_eq!(request, expected);
}

#[tokio::test]
async fn what_would_change_something_else_is_refused_by_name() {
    let with =
        |containers: Value| json!({ "taskDefinition": { "containerDefinitions": containers } });
    let other = with(json!([{ "name": "checkout", "image": "ghcr.io/acme/catalog:v1" }]));
    for (told, container, said) in [
        (
            maximal(),
            Some("main"),
            format!("the task definition {} has no container main; it has checkout, envoy", blue()),
        ),
        (
            maximal(),
            None,
            format!(
                "the task definition {} has 2 containers (checkout, envoy); name one as `container`",
                blue()
            ),
        ),
        (
            other,
            None,
            format!("{} runs ghcr.io/acme/catalog:v1, and {IMAGE} is another image", blue()),
        ),
        (
            maximal(),
            Some("envoy"),
            format!(
                "{} runs public.ecr.aws/envoy/envoy:v1.36, and {IMAGE} is another image",
                blue()
            ),
        ),
    ] {
        let (aws, ecs) = play(script(told)).await;

        let failure = ecs.register(&blue(), container, IMAGE).await.expect_err("it is refused");

        assert_eq!((failure.name(), failure.to_string()), ("Refused", said));
        assert_eq!(aws.actions(), [DESCRIBE_TASK_DEFINITION], "nothing was registered");
    }
}

#[tokio::test]
async fn a_task_definition_that_is_not_there_is_refused_by_name() {
    let told = |_: &_| Answer::json_error(400, "ClientException", "Unable to describe it.");
    let (_aws, ecs) = play(Script::new().on(DESCRIBE_TASK_DEFINITION, told)).await;

    let failure = ecs.register(&blue(), None, IMAGE).await.expect_err("it is not there");

    assert_eq!(failure.name(), "Refused");
    let said = format!("could not describe the task definition {}: ClientException", blue());
    assert!(failure.to_string().starts_with(&said), "{failure}");
}

#[tokio::test]
async fn a_copy_is_registered_after_tries_that_failed_and_every_try_is_signed() {
    let sorry = Answer::json_error(500, "ServerException", "Sorry.");
    let green =
        json!({ "taskDefinition": { "taskDefinitionArn": arn("task-definition/checkout:8") } });
    let script = Script::new()
        .turns(DESCRIBE_TASK_DEFINITION, [sorry.clone(), Answer::json(maximal())])
        .turns(REGISTER, [sorry.clone(), Answer::cut(), Answer::json(green)]);
    let (aws, ecs) = play(script).await;

    ecs.register(&blue(), Some("checkout"), IMAGE).await.expect("it is registered");

    let calls = aws.calls();
    let (describe, register) = (DESCRIBE_TASK_DEFINITION, REGISTER);
    assert_eq!(aws.actions(), [describe, describe, register, register, register]);
    for call in &calls {
        signature::check(call);
    }
    assert_eq!(calls[2].body["family"], "checkout", "the last answer is the one that is copied");
    assert_eq!((&calls[3].body, &calls[4].body), (&calls[2].body, &calls[2].body));
}
