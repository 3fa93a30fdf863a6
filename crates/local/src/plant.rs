//! What carries the tasks and the traffic of a service: real processes behind a real proxy, or
//! simulated ones.
//!
//! ECS (our model of it, [`crate::ecs`]) says what should be; a plant makes it so and tells what is.
//! Orders are levels, not edges: the same orders given twice change nothing, and a plant that lost
//! one catches up with the next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::future::Future;

use crate::traffic::Traffic;

/// A share of traffic, in tenths of a percent: `Share(1000)` is all of it.
///
/// ECS counts in multiples of 0.1 % (`canaryPercent`, `stepPercent`), so tenths are exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(pub u16);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(1000);

    /// The share in percent, as AWS prints it.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent())
    }
}

/// What ECS wants to stand for one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// Every revision that should have tasks, or whose tasks should go (`tasks: 0`); oldest first.
    /// A revision that is not named has none.
    pub revisions: Vec<RevisionOrders>,
    /// Who gets production traffic, by revision. Empty, or shares that add up to [`Share::ALL`].
    pub production: Vec<(String, Share)>,
    /// Who answers on the test listener. Empty, or shares that add up to [`Share::ALL`].
    pub test: Vec<(String, Share)>,
}

/// How many tasks of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionOrders {
    /// The service revision's ARN.
    pub revision: String,
    /// The image it runs, by digest: `ghcr.io/acme/checkout@sha256:…`.
    pub image: String,
    /// How many tasks.
    pub tasks: u32,
}

/// What stands of one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The service revision's ARN.
    pub revision: String,
    /// Tasks that are starting.
    pub pending: u32,
    /// Tasks that run, healthy or not.
    pub running: u32,
    /// Running tasks that the load balancer finds healthy.
    pub healthy: u32,
    /// Tasks that ended by themselves, or never became healthy, since the revision was first ordered.
    pub failed: u32,
    /// Why the last one failed, in a sentence.
    pub reason: Option<String>,
}

/// One target of a target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Where it answers: `127.0.0.1:4001`.
    pub address: String,
    /// `initial`, `healthy`, `unhealthy` or `draining`, as `DescribeTargetHealth` says it.
    pub state: &'static str,
    /// Why, in a sentence, when it is not healthy.
    pub reason: Option<String>,
}

/// One task of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// `PENDING`, `RUNNING`, `DEACTIVATING` or `STOPPED`, as `DescribeTasks` says it.
    pub status: &'static str,
    /// How it ended, if it did.
    pub ending: Option<Ending>,
}

/// A task that runs once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOff {
    /// Its id.
    pub id: String,
    /// The image it runs, by digest.
    pub image: String,
    /// What it runs in place of the image's own command.
    pub command: Vec<String>,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at: Timestamp,
    /// `EssentialContainerExited`, `TaskFailedToStart`, `ServiceSchedulerInitiated` or
    /// `UserInitiated`, as ECS says it.
    pub code: &'static str,
    /// Why, in a sentence.
    pub reason: String,
    /// What its process exited with, if it did by itself.
    pub exit_code: Option<i32>,
}

/// A request to whatever answers on the test listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path with its query: `/orders?limit=1`.
    pub path: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// How long to wait for the whole answer, in milliseconds.
    pub timeout_ms: u64,
}

/// What it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The first 64 KiB of the body, as text.
    pub body: String,
    /// Milliseconds from sending to the last byte.
    pub millis: u64,
}

/// Tasks and traffic of all services of an account.
pub trait Plant: Send + Sync + 'static {
    /// Makes what stands tend to `orders`. Returns at once; progress shows in [`Plant::standing`].
    fn tend(&self, service: &str, orders: Orders);

    /// What stands now, oldest revision first. A revision whose last task is gone is not listed.
    fn standing(&self, service: &str) -> Vec<Standing>;

    /// Completes when something may stand differently than at the last call of `standing`.
    fn changed(&self, service: &str) -> impl Future<Output = ()> + Send;

    /// The targets of one revision, as the load balancer sees them.
    fn targets(&self, service: &str, revision: &str) -> Vec<Target>;

    /// The tasks of one revision: those that live, and the last few that ended, also when the
    /// revision is gone.
    fn tasks(&self, service: &str, revision: &str) -> Vec<Task>;

    /// Starts a task that runs once, unless one of this id was started before.
    fn begin(&self, service: &str, task: OneOff);

    /// How a task stands that runs or ran once. `None` if there is no such task.
    fn one_off(&self, service: &str, task: &str) -> Option<Task>;

    /// Stops a task that runs once. One that is over stays as it is.
    fn end(&self, service: &str, task: &str, why: &str);

    /// The last lines that a task printed, oldest first. `None` if there is no such task any more.
    fn output(&self, service: &str, task: &str) -> Option<Vec<String>>;

    /// Sends one request through the test listener.
    fn ask(&self, service: &str, ask: &Ask) -> impl Future<Output = Result<Answer, String>> + Send;

    /// What production traffic a service saw from `from` up to, not including, `to`; of one revision
    /// or of all. `None` where nothing was measured (no request), which is not the same as zero.
    fn traffic(
        &self,
        service: &str,
        revision: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Traffic>;
}
