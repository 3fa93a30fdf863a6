//! What the API says, as it says it: written by the door, read by the command line, which tells in
//! the same words how services stand on AWS.

use domain::approval::Asking;
use domain::desk;
use domain::evidence::{self, AlarmState};
use domain::freeze;
use domain::name::{DeploymentId, Digest, Image, ServiceName, Tag};
use domain::outcome::{End, Outcome};
use domain::quarantine::{self, Quarantine};
use domain::request::{Cause, Request};
use domain::seconds::Seconds;
use domain::service::Place;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use uuid::Uuid;

use crate::daemon::story::Line;
use crate::processes::Artifact;

/// How a service stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// Where it is in ECS.
    pub place: Place,
    /// Its image.
    pub image: Image,
    /// Where clients connect, on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<SocketAddr>,
    /// Where checks look at green, on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<SocketAddr>,
    /// What ECS says should run.
    pub serving: Option<Release>,
    /// Its tasks, of all revisions.
    pub tasks: Tasks,
    /// Who gets which share of production traffic.
    pub traffic: Vec<Portion>,
    /// Its alarms and alerts.
    pub alarms: Vec<Alarm>,
    /// The ECS service deployment in progress.
    pub rollout: Option<Rollout>,
    /// Who may change the service now.
    pub lease: Option<Lease>,
    /// Who waits for that.
    pub waiting: Option<Waiting>,
    /// The rollback that waits for it, and goes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<Waiting>,
    /// What people are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asking>,
    /// Why nothing new begins, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<freeze::Freeze>,
    /// What must not be deployed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<Quarantined>,
    /// How the newest deployment that is over ended.
    pub last: Option<Ended>,
}

/// An image by digest, and the tags that point to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its digest.
    pub digest: Digest,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// How many tasks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tasks {
    /// Wanted.
    pub desired: u32,
    /// Running, healthy or not.
    pub running: u32,
    /// Running and healthy, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthy: Option<u32>,
}

/// A portion of production traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Portion {
    /// Who gets it.
    pub release: Release,
    /// How much, in percent.
    pub percent: f64,
}

/// How an alarm stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Since when.
    pub since: Timestamp,
}

impl Alarm {
    /// An alert of Prometheus, as a desk remembers it.
    pub fn alert(alert: evidence::Alarm) -> Self {
        let told = Self::from(alert);
        Self { name: format!("alert {}", told.name), ..told }
    }
}

impl From<evidence::Alarm> for Alarm {
    fn from(alarm: evidence::Alarm) -> Self {
        let state = match alarm.state {
            AlarmState::Quiet => "OK",
            AlarmState::Ringing => "ALARM",
            AlarmState::NoData => "INSUFFICIENT_DATA",
            AlarmState::Missing => "does not exist",
        };
        Self { name: alarm.name, state: state.to_owned(), since: alarm.since }
    }
}

/// An ECS service deployment in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// Its ARN.
    pub arn: String,
    /// Its status, as ECS says it.
    pub status: String,
    /// The lifecycle stage that it is in.
    pub stage: Option<String>,
}

/// The right to change a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which deployment holds it.
    pub holder: DeploymentId,
    /// Its fencing token.
    pub token: u64,
    /// Until when, without a sign of life.
    pub expires_at: Timestamp,
}

impl From<&desk::Lease> for Lease {
    fn from(lease: &desk::Lease) -> Self {
        let desk::Lease { holder, token, expires_at, .. } = lease.clone();
        Self { holder, token, expires_at }
    }
}

/// A deployment that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which.
    pub deployment: DeploymentId,
    /// What it wants: `checkout v1.4.2`.
    pub title: String,
}

impl From<&desk::Waiter> for Waiting {
    fn from(waiter: &desk::Waiter) -> Self {
        Self { deployment: waiter.deployment.clone(), title: waiter.title.clone() }
    }
}

/// A deployment that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Which.
    pub deployment: DeploymentId,
    /// How.
    pub end: End,
    /// Why, in a sentence.
    pub why: String,
    /// What was to be deployed.
    pub digest: Option<Digest>,
    /// The tag it was asked for by.
    pub tag: Option<Tag>,
    /// What made the request.
    pub cause: Cause,
    /// Who made it.
    pub by: Option<String>,
    /// When it ended.
    pub at: Timestamp,
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        let Outcome { deployment, end, why, digest, tag, cause, by, at, .. } = outcome;
        Self { deployment, end, why, digest, tag, cause, by, at }
    }
}

/// A deployment that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Which.
    pub deployment: DeploymentId,
    /// What was asked.
    pub request: Request,
}

/// What somebody wants taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoBack {
    /// The tag, the digest or the deployment to go back to; by default the last good release before the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Somebody wants what is under way stopped, and taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is done to go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "going_back_by", rename_all = "snake_case")]
pub enum GoingBack {
    /// An earlier release is deployed.
    Deployment(Started),
    /// The deployment under way was stopped; what it changed is taken back.
    Stopping(Stopping),
}

impl From<workflow::GoingBack> for GoingBack {
    fn from(going: workflow::GoingBack) -> Self {
        match going {
            workflow::GoingBack::Stopping(deployment) => Self::Stopping(Stopping { deployment }),
            workflow::GoingBack::Deploying(way) => {
                Self::Deployment(Started { deployment: way.name, request: way.input })
            }
        }
    }
}

/// A deployment under way that was stopped; what it changed is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopping {
    /// Which.
    pub deployment: DeploymentId,
}

/// A digest in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// What, why, and until when.
    #[serde(flatten)]
    pub quarantine: Quarantine,
    /// The tag it was deployed by, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
}

impl Quarantined {
    /// What is in quarantine on a desk, the oldest first.
    pub fn of(desk: &desk::Desk, now: Timestamp) -> Vec<Self> {
        let quarantined = desk.in_quarantine(now).map(|quarantine| Self {
            tag: desk.releases.tag_of(&quarantine.digest).cloned(),
            quarantine: quarantine.clone(),
        });
        quarantined.collect()
    }
}

/// What somebody wants put into quarantine, or out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// The digest or at least seven of its first digits, a tag, or the deployment that brought it.
    pub release: String,
    /// Who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

impl ByHand {
    /// Of this service.
    pub fn of(self, service: ServiceName) -> quarantine::ByHand {
        let Self { release, by, reason } = self;
        quarantine::ByHand { service, release, by, reason }
    }
}

/// A person lets a deployment go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// Only this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// Who.
    pub by: String,
    /// Why; needed where something is not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A person lets nothing new begin for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// How long.
    #[serde(rename = "for")]
    pub length: Seconds,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// A person ends a freeze before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thaw {
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// An image to be put into the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewImage {
    /// Its repository.
    pub image: Image,
    /// The tag that is to point to it.
    pub tag: Tag,
    /// What it is.
    pub artifact: Artifact,
}

/// An image in the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// Its repository.
    pub image: Image,
    /// The tag.
    pub tag: Tag,
    /// What the tag points to.
    pub digest: Digest,
}

/// A part of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Tells this life of the daemon from every other: in another, numbers begin anew.
    pub life: Uuid,
    /// What to ask for next: `?after=<next>`.
    pub next: u64,
    /// What happened.
    pub lines: Vec<Line>,
}
