//! What exactly is going to be deployed, and whether it may be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alert::AlertCheck;
use crate::desk::{Desk, Liability, Waiter};
use crate::failure::Failure;
use crate::metric::MetricCheck;
use crate::name::{Arn, CallbackToken, DeploymentId, Digest, Tag};
use crate::policy::Height;
use crate::preflight::Platform;
use crate::replica::ReplicaCheck;
use crate::request::{Cause, Request};
use crate::seconds::Seconds;
use crate::service::{OnFailure, ServiceDocument, Smoke};
use crate::strategy::{Pause, Strategy};

/// A deployment, decided: everything that later steps need to know, fixed at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The service document as it was when the deployment began.
    pub service: ServiceDocument,
    /// What is deployed.
    pub digest: Digest,
    /// What its image is built for, as far as the registry tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<Platform>,
    /// The tag that it was asked for by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// The task definition from which it runs, where that is not the one in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Arn>,
    /// Where the release stands among those of its service.
    pub height: Height,
    /// What made the request.
    pub cause: Cause,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether it does not wait for the end of a freeze.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hotfix: bool,
    /// Why it is deployed though an alarm rings already, where it is to mend just that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_forward: Option<String>,
    /// When it was planned.
    pub at: Timestamp,
    /// Where the rollout stops and asks.
    pub pauses: Vec<Pause>,
    /// Whether the read replicas of the service must keep up: not on a way back, which waits for
    /// nothing.
    #[serde(default)]
    pub asks_replicas: bool,
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
        if request.hotfix && request.reason.as_deref().is_none_or(|it| it.trim().is_empty()) {
            return Err(Failure::Invalid("a hotfix needs a `reason`".into()));
        }
        if let Some(why) = &request.fix_forward {
            fixes_forward(why, request.cause)?;
        }
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
        let stands = service.tags.height(request.tag.as_ref(), request.at.unwrap_or(now));
        // What serves is deployed again, so it stands where it stood.
        let known = request.cause.is_urgent() || request.template.is_some();
        let height = match known {
            true => height_of_way_back(&found, request.tag.is_some().then_some(stands), desk, now),
            false => stands,
        };
        let behind = desk.behind(&height, request.cause.is_explicit());
        // What is not a hotfix waits until that is over.
        let frozen = desk.barred().filter(|_| request.hotfix && !request.cause.is_urgent());
        if let Some(why) = frozen.or(desk.forbids(&found, now)).or(behind) {
            return Err(Failure::Refused(why));
        }
        // Who goes back names a digest; people know it by its tag.
        let known = desk.releases.find(found.as_str()).filter(|_| known);
        let known_as = known.and_then(|release| release.tag.clone());
        let pauses = match request.cause.is_urgent() {
            true => service.strategy.pauses_of_way_back(),
            false => service.strategy.pauses(service.bake),
        };
        let approval = service.approval.as_ref().filter(|_| !request.cause.is_urgent());
        let prolonged = |pause: Pause| match approval {
            _ if service.on_failure == OnFailure::Hold => pause.held(),
            Some(it) if it.before.stage() == pause.stage => pause.prolonged(it.within),
            _ => pause,
        };
        let pauses = pauses.into_iter().map(prolonged).collect();

        Ok(Self {
            deployment,
            digest: found,
            platforms: Vec::new(),
            tag: request.tag.clone().or(known_as),
            template: request.template.clone(),
            height,
            cause: request.cause,
            by: request.by.clone(),
            hotfix: request.hotfix,
            fix_forward: request.fix_forward.clone(),
            at: now,
            pauses,
            asks_replicas: service.checks.replicas.is_some() && !request.cause.is_urgent(),
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

    /// How traffic moves.
    pub fn strategy(&self) -> Strategy {
        match self.cause.is_urgent() {
            true => self.service.strategy.way_back(),
            false => self.service.strategy.clone(),
        }
    }

    /// The alarms that are asked: none on a way back, which is begun because one rings.
    pub fn alarms(&self) -> &[String] {
        match self.cause.is_urgent() {
            true => &[],
            false => &self.service.checks.alarms,
        }
    }

    /// The alerts that count: none on a way back, for the same reason.
    pub fn alerts(&self) -> &[AlertCheck] {
        match self.cause.is_urgent() {
            true => &[],
            false => &self.service.checks.alerts,
        }
    }

    /// The requests that green is asked through the test listener: none on a way back, to what was
    /// asked before.
    pub fn smoke(&self) -> &[Smoke] {
        match self.cause.is_urgent() {
            true => &[],
            false => &self.service.checks.smoke,
        }
    }

    /// The read replicas that must keep up.
    pub fn replicas(&self) -> Option<&ReplicaCheck> {
        self.service.checks.replicas.as_ref().filter(|_| self.asks_replicas)
    }

    /// The metrics that are looked at: none on a way back.
    pub fn metrics(&self) -> &[MetricCheck] {
        match self.cause.is_urgent() {
            true => &[],
            false => &self.service.checks.metrics,
        }
    }

    /// For what this deployment, once `Deployed`, is blamed. A way back is blamed for nothing: else
    /// two releases under an alarm that rings anyway would take turns for ever.
    pub fn liability(&self, began: Timestamp, ended: Timestamp) -> Option<Liability> {
        (!self.cause.is_urgent()).then(|| Liability {
            began,
            until: self.service.rollback_window.after(ended),
            alarms: self.service.checks.alarms.clone(),
            alerts: self.service.checks.alerts.clone(),
            hold: self.service.on_failure == OnFailure::Hold,
        })
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
            urgent: self.cause.is_urgent(),
            hotfix: self.hotfix,
            freezes: self.service.freezes.clone(),
            since: self.at,
            when_busy: self.service.when_busy,
            token,
        }
    }
}

/// Whether a request may go past an alarm that rings: a person's may, who says why.
fn fixes_forward(why: &str, cause: Cause) -> Result<(), Failure> {
    match cause {
        _ if why.trim().is_empty() => {
            Err(Failure::Invalid("say in `fix_forward` why this release mends the alarm".into()))
        }
        Cause::Manual => Ok(()),
        other => Err(Failure::Invalid(format!(
            "only what a person asks for may `fix_forward`, and this is a {}",
            other.as_str()
        ))),
    }
}

/// Where a release stands to which a service goes back: where it stood. If that is unknown the mark
/// stays, because who goes back to it did not push it now.
fn height_of_way_back(
    digest: &Digest,
    tagged: Option<Height>,
    desk: &Desk,
    now: Timestamp,
) -> Height {
    let known = desk.releases.find(digest.as_str()).and_then(|it| it.height.clone());
    let mark = || desk.deployed.as_ref().map(|it| it.height.clone());
    known.or(tagged).or_else(mark).unwrap_or(Height { version: None, pushed_at: now })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Deployed;
    use crate::quarantine::{QUARANTINE, Quarantine};
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
            tag: None,
            blue: None,
            liability: None,
            height: service().tags.height("v1.5.0".parse().ok().as_ref(), Timestamp::UNIX_EPOCH),
        });
        let quarantine = Quarantine {
            digest: digest("ee"),
            why: "alarm checkout-errors rings".into(),
            by: None,
            deployment: None,
            since: Timestamp::UNIX_EPOCH,
            until: QUARANTINE.after(Timestamp::UNIX_EPOCH),
        };
        let desk = desk.quarantine(quarantine);
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
            (push("v1.6.0", "ee"), "ee", Some("eeeeeeeeeeee is in quarantine since")),
            (json!({ "service": "checkout", "tag": "v1.6.0" }), "ee", Some("is in quarantine")),
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

    #[test]
    fn only_a_person_who_says_why_goes_past_an_alarm() {
        let desk = Desk::new("checkout".parse().unwrap());
        let ask = |cause: &str, why: &str| {
            let request = json!({
                "service": "checkout", "tag": "v1.6.0", "cause": cause, "fix_forward": why
            });
            plan(&request, "aa", &desk)
        };

        let planned = ask("manual", "mends the totals").unwrap();
        assert_eq!(planned.fix_forward.as_deref(), Some("mends the totals"));
        for (cause, why, says) in [
            ("manual", "  ", "say in `fix_forward` why"),
            ("push", "mends", "and this is a push"),
            ("template", "mends", "and this is a template"),
            ("rollback", "mends", "and this is a rollback"),
        ] {
            let failure = ask(cause, why).unwrap_err();
            assert_eq!(failure.name(), "Invalid");
            assert!(failure.to_string().contains(says), "{failure}");
        }
    }

    #[test]
    fn a_way_back_goes_all_at_once_and_asks_only_whether_its_tasks_are_healthy() {
        let mut service = service();
        service.strategy =
            serde_json::from_value(json!({ "canary": { "percent": 10, "hold": "5m" } }))
                .expect("a strategy");
        service.checks.alarms = vec!["checkout-errors".into()];
        let replicas = serde_json::from_value(json!({ "instances": ["orders-replica"] }));
        service.checks.replicas = Some(replicas.expect("replicas"));
        let way = |cause: &str| {
            let request = json!({ "service": "checkout", "tag": "v1.4.0", "cause": cause });
            let request: Request = serde_json::from_value(request).expect("a request");
            let desk = Desk::new("checkout".parse().expect("a name"));
            let name = "checkout-1".parse().expect("a name");
            Plan::decide(
                name,
                service.clone(),
                &request,
                digest("aa"),
                &desk,
                Timestamp::UNIX_EPOCH,
            )
            .expect("a plan")
        };

        let (forth, back) = (way("manual"), way("rollback"));

        assert_eq!((forth.pauses.len(), forth.alarms().len()), (3, 1));
        assert!(matches!(forth.strategy(), Strategy::Canary { .. }));
        assert_eq!((back.pauses.len(), back.alarms().len()), (1, 0));
        assert!(forth.replicas().is_some() && back.replicas().is_none());
        assert_eq!(back.pauses[0].stage, crate::strategy::Stage::PostTestTrafficShift);
        assert!(matches!(back.strategy(), Strategy::BlueGreen {}));
        let now = Timestamp::UNIX_EPOCH;
        assert!(
            forth
                .liability(now, now)
                .is_some_and(|it| it.until == now + jiff::SignedDuration::from_hours(1))
        );
        assert_eq!(back.liability(now, now), None);
    }
}
