//! Green's task definition: blue's, in which one image is another.
//!
//! The answer of `DescribeTaskDefinition` is copied as it came, not through the types of the SDK:
//! what ECS has learnt since this client was built would get lost in them without a word, and green
//! would run with another configuration than blue.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::TaskDefinitionField;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use domain::Failure;
use domain::name::Arn;
use serde_json::{Map, Value};

use super::reading;
use crate::failure::failure;

/// What ECS tells of a task definition and cannot be told: it follows from the rest, or from when
/// and by whom it was registered.
///
/// Source: the ECS API reference, `TaskDefinition` without the parameters of
/// `RegisterTaskDefinition`.
const ONLY_TOLD: [&str; 9] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

/// A task definition with its tags, in the bytes of ECS.
pub(super) async fn describe(client: &Client, blue: &Arn) -> Result<Value, Failure> {
    let answer = Answer::default();
    let asked = client
        .describe_task_definition()
        .task_definition(blue.as_str())
        .include(TaskDefinitionField::Tags)
        .customize()
        .interceptor(answer.clone());

    let what = format!("describe the task definition {blue}");
    asked.send().await.map_err(|error| failure(&what, &error))?;
    let bytes = answer.0.lock().unwrap_or_else(PoisonError::into_inner);
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::Unavailable(format!("could not {what}: {error}")))
}

/// A copy of what was told, in which only the image of `container` (or of the only container) is
/// another: a request to register it.
pub(super) fn copy(
    blue: &Arn,
    told: Value,
    container: Option<&str>,
    image: &str,
) -> Result<Map<String, Value>, Failure> {
    let untold = || Failure::Unavailable(format!("ECS did not tell the task definition {blue}"));
    let Value::Object(mut told) = told else { return Err(untold()) };
    let Some(Value::Object(mut copy)) = told.remove("taskDefinition") else {
        return Err(untold());
    };

    copy.retain(|field, _| !ONLY_TOLD.contains(&field.as_str()));
    let containers = copy.get_mut("containerDefinitions").and_then(Value::as_array_mut);
    let containers = containers.map(Vec::as_mut_slice).unwrap_or_default();
    let place = image_of(blue, containers, container)?;
    same_repository(blue, place.as_str().unwrap_or_default(), image)?;
    *place = image.into();

    // Tags that AWS itself has set may not be set by others.
    let tags = told.get_mut("tags").and_then(Value::as_array_mut).map(std::mem::take);
    let tags: Vec<Value> =
        tags.unwrap_or_default().into_iter().filter(|tag| !is_of_aws(tag)).collect();
    if !tags.is_empty() {
        copy.insert("tags".into(), tags.into());
    }
    Ok(copy)
}

/// Registers a copy, and tells what ECS calls it.
pub(super) async fn register(
    client: &Client,
    blue: &Arn,
    copy: Map<String, Value>,
) -> Result<Arn, Failure> {
    let body = Value::Object(copy).to_string();
    let told = client
        .register_task_definition()
        .customize()
        .mutate_request(move |request| {
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body.as_str());
        })
        .send()
        .await
        .map_err(|error| failure(&format!("register a copy of {blue}"), &error))?;

    let green = told.task_definition().and_then(|green| green.task_definition_arn());
    let green = green.ok_or_else(|| {
        Failure::Unavailable(format!("ECS registered a copy of {blue} and did not tell its name"))
    })?;
    reading::arn(green)
}

/// Where the image stands that is to be another.
fn image_of<'a>(
    blue: &Arn,
    containers: &'a mut [Value],
    container: Option<&str>,
) -> Result<&'a mut Value, Failure> {
    let names: Vec<&str> =
        containers.iter().map(|it| it["name"].as_str().unwrap_or_default()).collect();
    let index = match (container, names.as_slice()) {
        (None, [_]) => Some(0),
        (None, _) => None,
        (Some(name), names) => names.iter().position(|it| *it == name),
    };
    match index {
        Some(index) => Ok(&mut containers[index]["image"]),
        None => Err(Failure::Refused(match container {
            Some(name) => format!(
                "the task definition {blue} has no container {name}; it has {}",
                names.join(", ")
            ),
            None => format!(
                "the task definition {blue} has {} containers ({}); name one as `container`",
                names.len(),
                names.join(", ")
            ),
        })),
    }
}

fn same_repository(blue: &Arn, before: &str, after: &str) -> Result<(), Failure> {
    if repository(before) == repository(after) {
        return Ok(());
    }
    Err(Failure::Refused(format!("{blue} runs {before}, and {after} is another image")))
}

/// An image without tag and digest. A colon before the last slash is that of a port.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

/// Source: the ECS API reference, `Tag`: keys that begin with `aws:`, in any case, are reserved.
fn is_of_aws(tag: &Value) -> bool {
    let start = tag["key"].as_str().and_then(|key| key.get(.."aws:".len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// Keeps the bytes of the answer to a call.
#[derive(Debug, Clone, Default)]
struct Answer(Arc<Mutex<Vec<u8>>>);

#[dyn_dispatch_hint]
impl Intercept for Answer {
    fn name(&self) -> &'static str {
        "answer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes.to_vec();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_the_same_whatever_its_tag_and_digest() {
        for (image, is) in [
            ("ghcr.io/acme/checkout", "ghcr.io/acme/checkout"),
            ("ghcr.io/acme/checkout:v1", "ghcr.io/acme/checkout"),
            ("ghcr.io/acme/checkout:v1@sha256:00", "ghcr.io/acme/checkout"),
            ("ghcr.io/acme/checkout@sha256:00", "ghcr.io/acme/checkout"),
            ("localhost:5000/checkout", "localhost:5000/checkout"),
            ("localhost:5000/checkout:v1", "localhost:5000/checkout"),
            ("nginx:1", "nginx"),
        ] {
            assert_eq!(repository(image), is, "{image}");
        }
    }
}
