//! What somebody, or something, wants deployed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::name::{Arn, DeploymentId, Digest, ServiceName, Tag};
use crate::terraform::Onto;

/// The input of the deployment machine: what is wanted, by whom, and why.
///
/// A person at the AWS console types `{"service": "checkout", "tag": "v1.4.2"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The service.
    pub service: ServiceName,
    /// The tag to deploy; it must still point to `digest` if both are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// The digest to deploy. One of tag and digest is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The task definition from which it is to run, where that is not the one in place: what
    /// serves is then deployed again on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Arn>,
    /// What made the request.
    #[serde(default)]
    pub cause: Cause,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When: for a push, when the image was pushed; otherwise when the request was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Whether it does not wait for the end of a freeze; then `reason` says why.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hotfix: bool,
    /// Why this release mends what an alarm tells of that rings already, where it does: the alarm is
    /// then no reason to refuse it, and must fall silent by the end of the bake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_forward: Option<String>,
    /// Why, in the words of whoever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What made a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// An image was pushed. Such a request never moves a service backwards.
    Push,
    /// Terraform has another task definition for what serves. Such a request never moves a service
    /// backwards either.
    Template,
    /// A person asked for exactly this.
    #[default]
    Manual,
    /// An alarm, or a person, wants to go back to an earlier release. It goes first, all at once,
    /// and is asked only whether its tasks are healthy.
    Rollback,
}

impl Cause {
    /// Whether somebody asked for exactly this release, though it may be an older one.
    pub fn is_explicit(self) -> bool {
        match self {
            Self::Push | Self::Template => false,
            Self::Manual | Self::Rollback => true,
        }
    }

    /// Whether it goes before all others.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::Rollback)
    }

    /// As it is told to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Template => "template",
            Self::Manual => "manual",
            Self::Rollback => "rollback",
        }
    }
}

impl Request {
    /// The name of the execution that carries this request, the `attempt`th time it is tried.
    ///
    /// A push is named by what was pushed, so that a second delivery of it collides with the first
    /// (`ExecutionAlreadyExists`). What a person asks for is named by the moment too: asking twice
    /// is meant.
    pub fn execution(&self, attempt: u32) -> DeploymentId {
        let moment = self.at.filter(|_| self.cause.is_explicit()).map(|at| at.to_string());
        self.called(&[
            self.tag.as_ref().map_or("", Tag::as_str),
            self.digest.as_ref().map_or("", Digest::as_str),
            self.cause.as_str(),
            moment.as_deref().unwrap_or_default(),
            &attempt.to_string(),
        ])
    }

    /// The name of the execution that carries this way back from the deployment that is `left`:
    /// one for each, whoever asks and however often, the `attempt`th time it is tried.
    pub fn way_back(&self, left: Option<&DeploymentId>, attempt: u32) -> DeploymentId {
        let left = left.map_or("", DeploymentId::as_str);
        let to = self.digest.as_ref().map(Digest::as_str);
        let to = to.or(self.tag.as_ref().map(Tag::as_str)).unwrap_or_default();
        self.called(&["way back", left, to, &attempt.to_string()])
    }

    /// The name of the execution that deploys what serves again on another task definition: one for
    /// each change to it, whatever else is applied later, and whatever serves by then.
    pub fn onto_template(&self, onto: &Onto) -> DeploymentId {
        self.called(&["template", onto.template.as_str(), &onto.since.to_string()])
    }

    /// A name made of what a request is about.
    fn called(&self, parts: &[&str]) -> DeploymentId {
        let mut hash = Sha256::new();
        for part in [self.service.as_str()].iter().chain(parts) {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let key = hex::encode(&hash.finalize()[..10]);

        format!("{}-{key}", self.service)
            .parse()
            .expect("a service name and 20 digits are at most 61 characters of an execution name")
    }

    /// What is wanted, for people: `checkout v1.4.2 (0a1b2c3d4e5f)`.
    pub fn title(&self) -> String {
        let tag = self.tag.as_ref().map(Tag::to_string);
        let digest = self.digest.as_ref().map(|digest| digest.short().to_owned());
        match (tag, digest) {
            (Some(tag), Some(digest)) => format!("{} {tag} ({digest})", self.service),
            (Some(one), None) | (None, Some(one)) => format!("{} {one}", self.service),
            (None, None) => self.service.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_needs_to_type_only_service_and_tag() {
        let request: Request =
            serde_json::from_str(r#"{"service": "checkout", "tag": "v1.4.2"}"#).unwrap();

        assert_eq!(request.cause, Cause::Manual);
        assert_eq!(request.title(), "checkout v1.4.2");
    }

    #[test]
    fn asking_twice_by_hand_is_two_deployments() {
        let ask = |second| Request {
            at: Timestamp::from_second(second).ok(),
            ..serde_json::from_str(r#"{"service": "checkout", "tag": "v1.4.2"}"#).unwrap()
        };

        assert_ne!(ask(1).execution(0), ask(2).execution(0));
        assert_eq!(ask(1).execution(0), ask(1).execution(0));
    }
}
