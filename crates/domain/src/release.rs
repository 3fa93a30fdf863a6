//! An image that was pushed, and the services it is for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::{DeploymentId, Digest, Image, ServiceName, Tag};
use crate::request::{Cause, Request};
use crate::service::ServiceDocument;

/// A tag of an image was pushed: the detail of the event `Image Pushed`, and the input of the
/// release machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImagePushed {
    /// The image.
    pub image: Image,
    /// The tag that was pushed.
    pub tag: Tag,
    /// What the tag points to since.
    pub digest: Digest,
    /// When.
    pub at: Timestamp,
    /// Who pushed it.
    pub pushed_by: String,
    /// The commit it was built from, where the image says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// GitHub's id of the delivery, for finding it again; the same when redelivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
}

/// Which services a pushed image is deployed to, in which order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// Wave after wave; the deployments of one wave go side by side.
    pub waves: Vec<Wave>,
    /// Services of the same image that this tag is not meant for, and why.
    pub left_out: Vec<LeftOut>,
}

/// Deployments that go side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wave {
    /// Its number in the service documents.
    pub wave: u16,
    /// One deployment a service.
    pub deployments: Vec<Start>,
}

/// The start of one execution of the deployment machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Its name: the same push gives the same name, so a second start is refused by Step Functions.
    pub name: DeploymentId,
    /// Its input, a function of the name: nothing that differs between two deliveries of one push.
    pub input: Request,
}

/// A service that the release passes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which.
    pub service: ServiceName,
    /// Why, in a sentence.
    pub why: String,
}

/// How often a push to a service was tried before and ended without a change, so that it may be
/// tried again; or that it needs nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Refused that many times. GitHub's *Redeliver* then tries once more.
    Refused(u32),
    /// It was deployed by this push.
    Deployed,
}

/// Decides which services follow a push. `before` tells what became of the same push earlier.
pub fn resolve(
    push: &ImagePushed,
    services: &[ServiceDocument],
    before: impl Fn(&Request) -> Before,
) -> Release {
    let mut waves: Vec<Wave> = Vec::new();
    let mut left_out = Vec::new();
    let mut followers: Vec<_> =
        services.iter().filter(|service| service.image == push.image).collect();
    followers.sort_by(|a, b| (a.wave, &a.name).cmp(&(b.wave, &b.name)));

    for service in followers {
        let request = Request::of_push(&service.name, push);
        if let Err(why) = service.tags.judge(&push.tag) {
            left_out.push(LeftOut { service: service.name.clone(), why });
            continue;
        }

        let name = match before(&request) {
            Before::Refused(times) => request.execution(times),
            Before::Deployed => {
                let why = "this push was deployed before".into();
                left_out.push(LeftOut { service: service.name.clone(), why });
                continue;
            }
        };
        let start = Start { name, input: request };
        match waves.last_mut() {
            Some(last) if last.wave == service.wave => last.deployments.push(start),
            _ => waves.push(Wave { wave: service.wave, deployments: vec![start] }),
        }
    }

    Release { waves, left_out }
}

impl Request {
    /// The request that a push makes of a service.
    pub fn of_push(service: &ServiceName, push: &ImagePushed) -> Self {
        Self {
            service: service.clone(),
            tag: Some(push.tag.clone()),
            digest: Some(push.digest.clone()),
            cause: Cause::Push,
            by: Some(push.pushed_by.clone()),
            at: Some(push.at),
            reason: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn service(name: &str, image: &str, range: &str, wave: u16) -> ServiceDocument {
        let document = json!({
            "name": name, "image": image, "tags": { "semver": range }, "cluster": "shop",
            "strategy": { "blue_green": {} }, "wave": wave
        });
        ServiceDocument::read(&document.to_string()).unwrap()
    }

    fn push(tag: &str) -> ImagePushed {
        ImagePushed {
            image: "ghcr.io/acme/shop".parse().unwrap(),
            tag: tag.parse().unwrap(),
            digest: format!("sha256:{}", "ab".repeat(32)).parse().unwrap(),
            at: Timestamp::UNIX_EPOCH,
            pushed_by: "ada".into(),
            revision: None,
            delivery: Some("first".into()),
        }
    }

    fn shop() -> Vec<ServiceDocument> {
        vec![
            service("web", "ghcr.io/acme/shop", "*", 2),
            service("worker", "ghcr.io/acme/shop", "*", 1),
            service("admin", "ghcr.io/acme/shop", "*", 2),
            service("legacy", "ghcr.io/acme/shop", "<1", 1),
            service("other", "ghcr.io/acme/other", "*", 1),
        ]
    }

    #[test]
    fn a_push_goes_to_the_services_that_want_it_in_waves() {
        let release = resolve(&push("v1.0.0"), &shop(), |_| Before::Refused(0));

        let waves: Vec<Vec<&str>> = release
            .waves
            .iter()
            .map(|wave| wave.deployments.iter().map(|d| d.input.service.as_str()).collect())
            .collect();
        assert_eq!(waves, [vec!["worker"], vec!["admin", "web"]]);
        assert_eq!(release.left_out.len(), 1);
        assert!(release.left_out[0].why.contains("not in the range"), "{:?}", release.left_out);
    }

    #[test]
    fn two_deliveries_of_one_push_name_the_same_executions() {
        let names = |push: &ImagePushed, times| -> Vec<DeploymentId> {
            let release = resolve(push, &shop(), |_| Before::Refused(times));
            release.waves.into_iter().flat_map(|w| w.deployments).map(|d| d.name).collect()
        };
        let again = ImagePushed { delivery: Some("second".into()), ..push("v1.0.0") };

        assert_eq!(names(&push("v1.0.0"), 0), names(&again, 0));
        assert_ne!(names(&push("v1.0.0"), 0), names(&push("v1.0.1"), 0));
        assert_ne!(
            names(&push("v1.0.0"), 0),
            names(&again, 1),
            "a refused push may be redelivered"
        );
    }

    #[test]
    fn what_was_deployed_by_this_push_is_not_deployed_again() {
        let release = resolve(&push("v1.0.0"), &shop(), |_| Before::Deployed);

        assert!(release.waves.is_empty());
        assert_eq!(release.left_out.len(), 4);
    }
}
