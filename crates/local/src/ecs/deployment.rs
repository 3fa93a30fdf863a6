//! One service deployment, as the model keeps it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::configuration::Strategy;
use super::counts::Counts;
use super::event::{self, EcsEvent, Progress};
use super::fleets::Fleets;
use super::identity::Identity;
use super::revision::RevisionNumber;
use super::{
    DeploymentConfiguration, HookAction, HookDetail, HookStatus, LifecycleStage,
    ServiceDeploymentStatus,
};

/// How long a stage may last when no pause holds it, and how long a rollback may.
pub(super) const STAGE_LIMIT: SignedDuration = SignedDuration::from_hours(24);
/// How long a deployment may last, pauses included.
pub(super) const DEPLOYMENT_LIMIT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A deployment and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deployment {
    pub arn: String,
    pub id: String,
    pub configuration: DeploymentConfiguration,
    /// The last good revision when it started: where a rollback goes.
    pub source: Option<RevisionNumber>,
    /// All revisions that were active when it started.
    pub sources: Vec<RevisionNumber>,
    pub target: RevisionNumber,
    pub status: ServiceDeploymentStatus,
    pub reason: Option<String>,
    /// `None` before it starts, and in rolling deployments.
    pub stage: Option<LifecycleStage>,
    /// Since when nothing but the stage's own work holds it.
    pub since: Timestamp,
    /// Which shift of production traffic comes next, or is baking.
    pub step: u32,
    /// When the traffic of this step was shifted.
    pub shifted_at: Option<Timestamp>,
    pub hooks: Vec<HookDetail>,
    /// Alarms that rang before it started.
    pub ignored_alarms: Vec<String>,
    pub triggered_alarms: Vec<String>,
    pub breaker: Breaker,
    pub rollback: Option<Rollback>,
    /// Whether blue's tasks were sent away.
    pub cleaned_up: bool,
    /// A newer deployment came.
    pub superseded: bool,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// How the revisions stood when it ended.
    pub last_counts: Option<(Vec<Counts>, Counts)>,
}

/// The circuit breaker's memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Breaker {
    /// Failed tasks since the last one that became healthy.
    pub failures: u32,
    /// Failed tasks that no longer count.
    pub forgiven: u32,
    pub healthy: u32,
    pub triggered: bool,
}

/// Why and when a deployment was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    /// Why, in a sentence.
    pub reason: String,
    /// When traffic began to go back; `None` while it is only asked for.
    pub started_at: Option<Timestamp>,
    /// The revision it goes back to; `None` when there is none.
    pub service_revision_arn: Option<String>,
}

/// What a deployment can see and touch while it moves.
pub(super) struct World<'a> {
    pub identity: &'a Identity,
    pub fleets: &'a mut Fleets,
    pub events: &'a mut Vec<EcsEvent>,
    pub ringing: &'a [String],
    /// Numbers hook ids.
    pub hooks_opened: &'a mut u32,
    pub now: Timestamp,
}

impl Deployment {
    /// A deployment that has not started.
    pub(super) fn new(
        arn: String,
        id: String,
        configuration: DeploymentConfiguration,
        target: RevisionNumber,
        now: Timestamp,
    ) -> Self {
        Self {
            arn,
            id,
            configuration,
            source: None,
            sources: Vec::new(),
            target,
            status: ServiceDeploymentStatus::Pending,
            reason: None,
            stage: None,
            since: now,
            step: 0,
            shifted_at: None,
            hooks: Vec::new(),
            ignored_alarms: Vec::new(),
            triggered_alarms: Vec::new(),
            breaker: Breaker::default(),
            rollback: None,
            cleaned_up: false,
            superseded: false,
            created_at: now,
            started_at: None,
            finished_at: None,
            stopped_at: None,
            updated_at: now,
            last_counts: None,
        }
    }

    /// Whether it moves task by task, without stages.
    pub(super) fn is_rolling(&self) -> bool {
        self.configuration.strategy == Strategy::Rolling
    }

    /// The revision it is moving to; `None` before it starts.
    pub(super) fn toward(&self) -> Option<RevisionNumber> {
        match self.status {
            ServiceDeploymentStatus::InProgress => Some(self.target),
            ServiceDeploymentStatus::RollbackInProgress => self.source,
            _ => None,
        }
    }

    /// Makes way for a newer deployment, at the next look.
    pub(super) fn supersede(&mut self, now: Timestamp) {
        use ServiceDeploymentStatus::{InProgress, Pending, StopRequested};
        self.superseded = true;
        if matches!(self.status, Pending | InProgress) {
            self.status = StopRequested;
            self.updated_at = now;
        }
    }

    pub(super) fn has_waiting_hook(&self) -> bool {
        self.hooks.iter().any(HookDetail::waits)
    }

    /// Enters a stage, and opens the pauses that stand there.
    pub(super) fn enter(&mut self, stage: LifecycleStage, world: &mut World<'_>) {
        self.stage = Some(stage);
        self.since = world.now;
        self.updated_at = world.now;
        self.shifted_at = None;

        let Self { configuration, hooks, arn, .. } = self;
        for hook in configuration.lifecycle_hooks.iter().filter(|it| it.stages.contains(&stage)) {
            *world.hooks_opened += 1;
            let timeout = SignedDuration::from_mins(i64::from(hook.timeout_minutes));
            let opened = HookDetail {
                hook_id: world.identity.hook_id(*world.hooks_opened),
                stage,
                status: HookStatus::AwaitingAction,
                expires_at: later(world.now, timeout),
                timeout_action: hook.timeout_action,
            };
            world.events.push(event::hook(world.identity, arn, &opened, world.now));
            hooks.push(opened);
        }
    }

    /// Closes the waiting hooks that `which` names, and tells of it.
    pub(super) fn close_hooks(
        &mut self,
        status: HookStatus,
        which: impl Fn(&HookDetail) -> bool,
        identity: &Identity,
        events: &mut Vec<EcsEvent>,
        now: Timestamp,
    ) {
        let mut closed = false;
        for hook in self.hooks.iter_mut().filter(|hook| hook.waits() && which(hook)) {
            hook.status = status;
            events.push(event::hook(identity, &self.arn, hook, now));
            closed = true;
        }
        if closed {
            // The stage's own 24 hours begin when the last pause ends.
            self.since = now;
            self.updated_at = now;
        }
    }

    /// Takes the action of every hook that nobody answered in time.
    pub(super) fn expire_hooks(
        &mut self,
        identity: &Identity,
        events: &mut Vec<EcsEvent>,
        now: Timestamp,
    ) {
        let expired = |hook: &HookDetail| hook.expires_at <= now;
        let unanswered = self.hooks.iter().find(|hook| {
            hook.waits() && expired(hook) && hook.timeout_action == HookAction::Rollback
        });
        let stage = unanswered.map(|hook| hook.stage);
        self.close_hooks(HookStatus::TimedOut, expired, identity, events, now);
        if let Some(stage) = stage {
            self.request_rollback(format!("The lifecycle hook at {stage} timed out."), now);
        }
    }

    /// Asks for a rollback. It begins at the next look.
    pub(super) fn request_rollback(&mut self, reason: String, now: Timestamp) {
        use ServiceDeploymentStatus::{InProgress, Pending, RollbackRequested};
        if !matches!(self.status, Pending | InProgress) {
            return;
        }
        self.status = RollbackRequested;
        self.updated_at = now;
        self.reason = Some(reason.clone());
        self.rollback = Some(Rollback { reason, started_at: None, service_revision_arn: None });
    }

    /// Ends the deployment; it never changes again.
    pub(super) fn finish(
        &mut self,
        status: ServiceDeploymentStatus,
        reason: String,
        world: &mut World<'_>,
    ) {
        let now = world.now;
        self.close_hooks(HookStatus::Failed, |_| true, world.identity, world.events, now);
        self.status = status;
        self.updated_at = now;
        self.finished_at = Some(now);
        self.last_counts = Some(self.counts(world.identity, world.fleets));
        match status {
            ServiceDeploymentStatus::Successful | ServiceDeploymentStatus::RollbackSuccessful => {
                self.tell(Progress::Completed, &reason, world);
            }
            _ => self.tell(Progress::Failed, &reason, world),
        }
        if status == ServiceDeploymentStatus::Stopped {
            self.stopped_at = Some(now);
        }
        self.reason = Some(reason);
    }

    /// Emits *ECS Deployment State Change*.
    pub(super) fn tell(&self, progress: Progress, reason: &str, world: &mut World<'_>) {
        let told = event::deployment(world.identity, &self.id, progress, reason, world.now);
        world.events.push(told);
    }
}

/// `from` and so much time; the end of time when there is no such time.
pub(super) fn later(from: Timestamp, time: SignedDuration) -> Timestamp {
    from.checked_add(time).unwrap_or(Timestamp::MAX)
}
