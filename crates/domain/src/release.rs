//! An image that was pushed, and the services it is for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::{DeploymentId, Digest, Image, ServiceName, Tag};
use crate::request::{Cause, Request};
use crate::service::ServiceDocument;
use crate::waves::Order;

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
    /// Services of the same image that it does not go to, and why.
    pub left_out: Vec<LeftOut>,
}

/// Deployments that go side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wave {
    /// Its number in the service documents. Where `after` orders services of one number, several
    /// waves have it.
    pub wave: u16,
    /// One deployment a service.
    pub deployments: Vec<Start>,
    /// Deployments of this wave that the same push brought before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<DeploymentId>,
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

/// What became of the same push to a service before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// It was refused that many times. GitHub's *Redeliver* then tries once more.
    Refused(u32),
    /// It was deployed, after it was refused that many times.
    Deployed(u32),
}

/// Decides which services follow a push, in which order. `before` tells what became of the same push
/// earlier.
pub fn resolve(
    push: &ImagePushed,
    services: &[ServiceDocument],
    before: impl Fn(&Request) -> Before,
) -> Release {
    let mut left_out = Vec::new();
    let mut leave_out = |service: &ServiceDocument, why: String| {
        left_out.push(LeftOut { service: service.name.clone(), why });
    };

    let mut followers = Vec::new();
    for service in services.iter().filter(|service| service.image == push.image) {
        match service.tags.judge(&push.tag) {
            Ok(()) => followers.push(service),
            Err(why) => leave_out(service, why),
        }
    }

    // What was deployed before keeps its place: a second delivery has the same waves.
    let order = Order::of(&followers);
    for (service, why) in order.left_out {
        leave_out(service, why);
    }
    let wave = |services: Vec<&ServiceDocument>| {
        let wave = services.first().map(|first| first.wave).unwrap_or_default();
        let (mut deployments, mut earlier) = (Vec::new(), Vec::new());
        for service in services {
            let input = Request::of_push(&service.name, push);
            match before(&input) {
                Before::Refused(times) => {
                    deployments.push(Start { name: input.execution(times), input });
                }
                Before::Deployed(times) => {
                    earlier.push(input.execution(times));
                    leave_out(service, "this push was deployed before".into());
                }
            }
        }
        Wave { wave, deployments, earlier }
    };
    let waves = order.waves.into_iter().map(wave).collect();

    Release { waves, left_out }
}

impl Release {
    /// Every deployment of the push, in the order of its waves.
    pub fn deployments(&self) -> impl Iterator<Item = &DeploymentId> {
        self.waves.iter().flat_map(|wave| {
            let now = wave.deployments.iter().map(|start| &start.name);
            wave.earlier.iter().chain(now)
        })
    }
}

impl Request {
    /// The request that a push makes of a service.
    pub fn of_push(service: &ServiceName, push: &ImagePushed) -> Self {
        Self {
            service: service.clone(),
            tag: Some(push.tag.clone()),
            digest: Some(push.digest.clone()),
            template: None,
            cause: Cause::Push,
            by: Some(push.pushed_by.clone()),
            at: Some(push.at),
            hotfix: false,
            fix_forward: None,
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
        let release = resolve(&push("v1.0.0"), &shop(), |_| Before::Deployed(1));

        assert!(release.waves.iter().all(|wave| wave.deployments.is_empty()));
        assert_eq!(release.left_out.len(), 4);
        let worker = Request::of_push(&"worker".parse().unwrap(), &push("v1.0.0"));
        assert_eq!(release.deployments().next(), Some(&worker.execution(1)), "it is known of");
    }

    #[test]
    fn a_second_delivery_has_the_same_waves() {
        let again = |request: &Request| match request.service.as_str() {
            "admin" => Before::Deployed(0),
            _ => Before::Refused(0),
        };

        let first = resolve(&push("v1.0.0"), &shop(), |_| Before::Refused(0));
        let second = resolve(&push("v1.0.0"), &shop(), again);

        assert_eq!(
            first.deployments().collect::<Vec<_>>(),
            second.deployments().collect::<Vec<_>>()
        );
        assert_eq!(second.waves[1].deployments.len(), 1);
    }

    #[test]
    fn a_circle_is_left_out_and_told() {
        let mut services = shop();
        services[0].after = vec!["admin".parse().unwrap()];
        services[2].after = vec!["web".parse().unwrap()];

        let release = resolve(&push("v1.0.0"), &services, |_| Before::Refused(0));

        assert_eq!(release.deployments().count(), 1);
        let why =
            |name| &release.left_out.iter().find(|it| it.service.as_str() == name).unwrap().why;
        assert!(why("web").ends_with("circle: web after admin after web"), "{}", why("web"));
        assert!(why("admin").ends_with("circle: admin after web after admin"), "{}", why("admin"));
    }
}
