//! What is said to GitHub and what it says, in its own words.
//!
//! Source: the REST API, "REST API endpoints for deployments" and "… for deployment statuses".

use domain::marking::{Light, Mark, Status};
use domain::name::{DeploymentId, ServiceName};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A deployment that is to be shown.
#[derive(Debug, Serialize)]
pub(super) struct NewDeployment<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    environment: &'a str,
    task: String,
    payload: Payload,
    description: &'a str,
    /// Else GitHub would merge the default branch into the ref.
    auto_merge: bool,
    /// Else it would want every check of the commit to be green. What is deployed is decided
    /// elsewhere.
    required_contexts: [&'a str; 0],
}

impl<'a> NewDeployment<'a> {
    pub(super) fn of(mark: &'a Mark, title: &'a str) -> Self {
        Self {
            reference: &mark.reference,
            environment: &mark.shown.environment,
            task: task(&mark.deployment),
            payload: Payload {
                cutover: Some(Ours {
                    deployment: mark.deployment.clone(),
                    service: mark.service.clone(),
                }),
            },
            description: title,
            auto_merge: false,
            required_contexts: [],
        }
    }
}

/// What GitHub may be asked to list deployments by, which names ours alone: asking for it finds the
/// one that was shown before.
pub(super) fn task(deployment: &DeploymentId) -> String {
    format!("cutover:{deployment}")
}

/// What we write beside a deployment, for ourselves.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Payload {
    /// Nothing, if it is not ours.
    cutover: Option<Ours>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Ours {
    deployment: DeploymentId,
    service: ServiceName,
}

/// A deployment that is shown.
#[derive(Debug, Deserialize)]
pub(super) struct Deployment {
    pub(super) id: u64,
    #[serde(default, deserialize_with = "ours")]
    payload: Payload,
}

impl Deployment {
    /// Whether it is one of this service, other than this deployment.
    pub(super) fn is_beside(&self, mark: &Mark) -> bool {
        let ours = self.payload.cutover.as_ref();
        ours.is_some_and(|it| it.service == mark.service && it.deployment != mark.deployment)
    }
}

/// The payload of others may be anything; GitHub gives some back as the text of a JSON.
fn ours<'de, D: Deserializer<'de>>(json: D) -> Result<Payload, D::Error> {
    let payload = match Value::deserialize(json)? {
        Value::String(text) => serde_json::from_str(&text).ok(),
        other => serde_json::from_value(other).ok(),
    };
    Ok(payload.unwrap_or_default())
}

/// A status that is to be shown.
#[derive(Debug, Serialize)]
pub(super) struct NewStatus<'a> {
    state: &'static str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_url: Option<&'a str>,
    /// Else GitHub would put out the light of every other service of this repository that is in an
    /// environment of the same name.
    auto_inactive: bool,
}

impl<'a> NewStatus<'a> {
    pub(super) fn of(status: &'a Status, mark: &'a Mark, log_url: Option<&'a str>) -> Self {
        Self {
            state: status.light.as_str(),
            description: &status.description,
            environment_url: mark.shown.url.as_deref(),
            log_url,
            auto_inactive: false,
        }
    }
}

/// A status that is shown.
#[derive(Debug, Deserialize)]
pub(super) struct StatusShown {
    pub(super) id: u64,
    state: String,
    #[serde(default)]
    description: Option<String>,
}

impl StatusShown {
    /// In our words; `None` for one that we never give.
    pub(super) fn read(&self) -> Option<Status> {
        let lights =
            [Light::InProgress, Light::Success, Light::Failure, Light::Inactive, Light::Error];
        let light = lights.into_iter().find(|light| light.as_str() == self.state)?;
        Some(Status { light, description: self.description.clone().unwrap_or_default() })
    }
}

/// Why GitHub did not do it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refusal {
    #[serde(default)]
    pub(super) message: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_status_that_we_never_give_is_none() {
        let read = |state: &str| {
            let shown = json!({ "id": 1, "state": state, "description": null });
            serde_json::from_value::<StatusShown>(shown).unwrap().read()
        };

        assert_eq!(read("error").unwrap().light, Light::Error);
        assert_eq!((read("queued"), read("pending")), (None, None));
    }

    #[test]
    fn a_payload_is_ours_as_an_object_and_as_a_text_and_else_nobodys() {
        let ours = json!({ "cutover": { "deployment": "checkout-1", "service": "checkout" } });
        for (payload, is_ours) in [
            (ours.clone(), true),
            (json!(ours.to_string()), true),
            (json!(""), false),
            (json!("{}"), false),
            (json!({ "cutover": "checkout" }), false),
            (json!([1]), false),
            (json!(null), false),
        ] {
            let shown = json!({ "id": 1, "payload": payload });
            let deployment: Deployment = serde_json::from_value(shown).unwrap();
            assert_eq!(deployment.payload.cutover.is_some(), is_ours, "{payload}");
        }
        assert!(serde_json::from_value::<Deployment>(json!({ "id": 1 })).is_ok());
    }
}
