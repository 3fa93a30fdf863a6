//! What exactly is going to be deployed, and whether it may be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::{Desk, Waiter};
use crate::failure::Failure;
use crate::name::{CallbackToken, DeploymentId, Digest, Tag};
use crate::policy::Height;
use crate::request::{Cause, Request};
use crate::seconds::Seconds;
use crate::service::ServiceDocument;
use crate::strategy::Pause;

/// A deployment, decided: everything that later steps need to know, fixed at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The service document as it was when the deployment began.
    pub service: ServiceDocument,
    /// What is deployed.
    pub digest: Digest,
    /// The tag that it was asked for by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// Where the release stands among those of its service.
    pub height: Height,
    /// What made the request.
    pub cause: Cause,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was planned.
    pub at: Timestamp,
    /// Where the rollout stops and asks.
    pub pauses: Vec<Pause>,
}

/// The longest that a request waits for another deployment of its service.
pub const LONGEST_QUEUE: Seconds = Seconds(24 * 3600);

impl Plan {
    /// Decides what is deployed.
    ///
    /// `found` is the digest that the registry gives for the wanted tag, or for the wanted digest
    /// when no tag was named.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the reason when it must not be deployed.
    pub fn decide(
        deployment: DeploymentId,
        service: ServiceDocument,
        request: &Request,
        found: Digest,
        desk: &Desk,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        if let Some(tag) = &request.tag {
            service.tags.judge(tag).map_err(|why| {
                Failure::Refused(format!("{why}, and {} wants no other", service.name))
            })?;
        }
        if let Some(wanted) = request.digest.as_ref().filter(|wanted| **wanted != found) {
            let tag = request.tag.as_ref().map_or("it", Tag::as_str);
            return Err(Failure::Refused(format!(
                "{tag} points to {} by now, not to {}; a later push moved it",
                found.short(),
                wanted.short()
            )));
        }
        let height = service.tags.height(request.tag.as_ref(), request.at.unwrap_or(now));
        if let Some(why) = desk.behind(&height, request.cause.is_explicit()) {
            return Err(Failure::Refused(why));
        }

        Ok(Self {
            deployment,
            digest: found,
            tag: request.tag.clone(),
            height,
            cause: request.cause,
            by: request.by.clone(),
            at: now,
            pauses: service.strategy.pauses(service.bake),
            service,
        })
    }

    /// What is deployed, for people: `checkout v1.4.2 (0a1b2c3d4e5f)`.
    pub fn title(&self) -> String {
        let name = &self.service.name;
        match &self.tag {
            Some(tag) => format!("{name} {tag} ({})", self.digest.short()),
            None => format!("{name} {}", self.digest.short()),
        }
    }

    /// The image that the task definition will carry.
    pub fn image(&self) -> String {
        self.service.image.at(&self.digest)
    }

    /// This deployment as one that wants the lease, to be answered by `token`.
    pub fn waiter(&self, token: CallbackToken) -> Waiter {
        Waiter {
            deployment: self.deployment.clone(),
            title: self.title(),
            height: self.height.clone(),
            explicit: self.cause.is_explicit(),
            token,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Deployed;
    use serde_json::json;

    fn digest(byte: &str) -> Digest {
        format!("sha256:{}", byte.repeat(32)).parse().unwrap()
    }

    fn service() -> ServiceDocument {
        let document = json!({
            "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
            "cluster": "shop", "strategy": { "blue_green": {} }
        });
        ServiceDocument::read(&document.to_string()).unwrap()
    }

    fn plan(request: &serde_json::Value, found: &str, desk: &Desk) -> Result<Plan, Failure> {
        let request: Request = serde_json::from_value(request.clone()).unwrap();
        let name = "checkout-1".parse().unwrap();
        Plan::decide(name, service(), &request, digest(found), desk, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn what_may_not_be_deployed_is_refused_with_the_reason() {
        let mut desk = Desk::new("checkout".parse().unwrap());
        desk.deployed = Some(Deployed {
            deployment: "checkout-0".parse().unwrap(),
            digest: digest("cc"),
            height: service().tags.height("v1.5.0".parse().ok().as_ref(), Timestamp::UNIX_EPOCH),
        });
        let push = |tag: &str, digest: &str| {
            json!({ "service": "checkout", "tag": tag, "cause": "push",
                    "digest": format!("sha256:{}", digest.repeat(32)) })
        };

        for (request, found, refused) in [
            (push("v1.6.0", "aa"), "aa", None),
            (push("v0.9.0", "aa"), "aa", Some("version 0.9.0 is not in the range")),
            (push("nightly", "aa"), "aa", Some("is no semantic version")),
            (
                push("v1.6.0", "aa"),
                "bb",
                Some("points to bbbbbbbbbbbb by now, not to aaaaaaaaaaaa"),
            ),
            (push("v1.4.0", "aa"), "aa", Some("older than what was deployed last (1.5.0)")),
            (json!({ "service": "checkout", "tag": "v1.4.0" }), "aa", None),
            (json!({ "service": "checkout", "tag": "v1.4.0", "cause": "rollback" }), "aa", None),
        ] {
            let planned = plan(&request, found, &desk);
            match refused {
                None => assert!(planned.is_ok(), "{request}: {planned:?}"),
                Some(why) => {
                    let failure = planned.expect_err("must be refused");
                    assert_eq!(failure.name(), "Refused");
                    assert!(failure.to_string().contains(why), "{request}: {failure}");
                }
            }
        }
    }
}
