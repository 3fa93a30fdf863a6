//! What exactly is going to be deployed, and whether it may be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alert::AlertCheck;
use crate::desk::{Desk, Liability, Waiter};
use crate::failure::Failure;
use crate::metric::MetricCheck;
use crate::migration::{Hold, Migration};
use crate::name::{Arn, CallbackToken, DeploymentId, Digest, Tag};
use crate::platform::Platform;
use crate::policy::Height;
use crate::replica::ReplicaCheck;
use crate::request::{Cause, Request};
use crate::seconds::Seconds;
use crate::service::{OnFailure, ServiceDocument, Smoke};
use crate::strategy::{Pause, Strategy};

/// A deployment, decided: everything that later steps need to know, fixed at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "state machines branch on paths only")]
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
    /// Whether a migration is still to be done: not on a way back, which changes no database.
    #[serde(default)]
    pub migrates: bool,
    /// Whether its migration ran and cannot be undone, so that only a person takes it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub irreversible: bool,
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
        let migration = service.migration.as_ref().filter(|_| !request.cause.is_urgent());
        let holds = service.on_failure == OnFailure::Hold
            || migration.is_some_and(|migration| migration.irreversible);
        let prolonged = |pause: Pause| match approval {
            _ if holds => pause.held(),
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
            migrates: service.migration.is_some() && !request.cause.is_urgent(),
            irreversible: false,
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

    /// The migration that is done before the service is touched.
    pub fn migration(&self) -> Option<&Migration> {
        self.service.migration.as_ref().filter(|_| !self.cause.is_urgent())
    }

    /// Why a person is asked instead of going back, if one is.
    pub fn holds(&self) -> Option<Hold> {
        match self.service.on_failure {
            _ if self.irreversible => Some(Hold::Migration),
            OnFailure::Hold => Some(Hold::Document),
            OnFailure::RollBack => None,
        }
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
            hold: self.holds(),
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
mod tests;
