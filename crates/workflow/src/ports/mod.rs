//! What the steps ask of the world. An adapter keeps each promise made here.
//!
//! Every call may fail with [`Failure::Unavailable`], also after it took effect: asking again is
//! always safe, and each effect says what asking twice does.

mod meter;
mod objects;
mod one_offs;
mod workspaces;

pub use meter::Meter;
pub use objects::{ObjectName, Objects};
pub use one_offs::{OneOff, OneOffs};
pub use workspaces::{Standing, Workspaces};

use std::collections::BTreeMap;

use domain::desk::{Desk, Watcher};
use domain::event::{Event, ExecutionEnded};
use domain::evidence::{Alarm, Answer, Targets};
use domain::excerpt::Excerpt;
use domain::failure::Failure;
use domain::marking::{Mark, Status};
use domain::metric::{Formula, Query, Series};
use domain::name::{Arn, CallbackToken, DeploymentId, Digest, HookId, Image, ServiceName, Tag};
use domain::platform::Platform;
use domain::preflight::{Blueprint, Group, Held, LogGroup, Role, Rule, Secret, Serving, Wiring};
use domain::preserved::{LogPlace, Readings, Target, Task};
use domain::record::{Entry, Record};
use domain::replica::Replica;
use domain::rollout::{RolloutState, TargetGroup};
use domain::seconds::Seconds;
use domain::service::{Place, ServiceDocument, Smoke};
use domain::signal::Signal;
use domain::strategy::{Pause, Strategy};
use domain::telling::{Medium, Message, Telling, Thread};
use domain::trigger::GoBack;
use jiff::Timestamp;
use serde_json::Value;

/// What time it is.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Returns at that moment; at once if it is past.
    async fn until(&self, moment: Timestamp);
}

/// The service documents.
pub trait Catalog {
    /// One service's document. [`Failure::Refused`] if there is no such service.
    async fn service(&self, name: &ServiceName) -> Result<ServiceDocument, Failure>;
    /// All of them.
    async fn services(&self) -> Result<Vec<ServiceDocument>, Failure>;
}

/// Where images are.
pub trait Registry {
    /// What a tag points to now. [`Failure::Refused`] if there is no such tag; an answer that
    /// cannot be trusted is [`Failure::Unavailable`], never an older digest.
    async fn digest_of(&self, image: &Image, tag: &Tag) -> Result<Digest, Failure>;
    /// Makes sure that a digest is there. [`Failure::Refused`] if it is not.
    async fn has(&self, image: &Image, digest: &Digest) -> Result<(), Failure>;
    /// What an image that is there is built for; nothing where its manifest does not tell.
    async fn platforms(&self, image: &Image, digest: &Digest) -> Result<Vec<Platform>, Failure>;
}

/// The services and their deployments: ECS.
pub trait Fleet {
    /// What a service runs now; the digest is that of `container` (or of the only container).
    /// [`Failure::Refused`] if there is no such service.
    async fn serving(&self, place: &Place, container: Option<&str>) -> Result<Serving, Failure>;
    /// How a service is set up. [`Failure::Refused`] if there is no such service, or it must not be
    /// read.
    async fn wiring(&self, place: &Place) -> Result<Wiring, Failure>;
    /// What a task definition asks for, if it is there. [`Failure::Refused`] if it must not be read.
    async fn blueprint(&self, definition: &Arn) -> Result<Option<Blueprint>, Failure>;
    /// Registers a copy of the task definition `blue` in which only the image of `container` (or of
    /// the only container) is another. Asking twice registers two; only one is ever used.
    async fn register(
        &self,
        blue: &Arn,
        container: Option<&str>,
        image: &str,
    ) -> Result<Arn, Failure>;
    /// The newest service deployment to the task definition `green`, if there is one.
    async fn find(&self, place: &Place, green: &Arn) -> Result<Option<Arn>, Failure>;
    /// Begins a service deployment. Asking twice for the same task definition begins one.
    async fn launch(&self, place: &Place, launch: &Deployment) -> Result<(), Failure>;
    /// How a service deployment stands.
    async fn rollout(&self, rollout: &Arn) -> Result<RolloutState, Failure>;
    /// Answers a pause. A pause that waits no more stays as it is.
    async fn answer(&self, rollout: &Arn, hook: &HookId, reply: Reply) -> Result<(), Failure>;
    /// Stops a service deployment and goes back to blue, wherever it is. One that is over stays as
    /// it is.
    async fn stop(&self, rollout: &Arn) -> Result<(), Failure>;
    /// The target groups that each of these service revisions has at the load balancer, in the same
    /// order; at most twenty revisions.
    async fn target_groups(&self, revisions: &[Arn]) -> Result<Vec<Vec<TargetGroup>>, Failure>;
    /// The tasks of the task definition `green`, in any order; also those that stopped, as long as
    /// ECS tells of them: at least an hour.
    async fn tasks(&self, place: &Place, green: &Arn) -> Result<Vec<Task>, Failure>;
    /// Where `container` (or the only container) of the task definition `green` sends what it
    /// prints. [`Failure::Refused`] with the reason if that is nowhere where [`Logs`] are kept.
    async fn log_place(&self, green: &Arn, container: Option<&str>) -> Result<LogPlace, Failure>;
}

/// What tasks print: CloudWatch Logs.
pub trait Logs {
    /// Whether a log group is there. [`Failure::Refused`] if that must not be known.
    async fn has_group(&self, group: &LogGroup) -> Result<bool, Failure>;
    /// The last lines of a task, at most so many, oldest first. [`Failure::Refused`] if nothing was
    /// ever printed, or it must not be read.
    async fn last_lines(
        &self,
        place: &LogPlace,
        task: &str,
        most: usize,
    ) -> Result<Vec<Excerpt>, Failure>;
}

/// What tasks are given that nobody else may read: Secrets Manager and Parameter Store.
pub trait Vault {
    /// Whether a secret can be had; its value is not read. [`Failure::Refused`] if that must not be
    /// known.
    async fn holds(&self, secret: &Secret) -> Result<Held, Failure>;
}

/// The roles that AWS takes on: IAM.
pub trait Roles {
    /// A role, if it is there. [`Failure::Refused`] if that must not be known.
    async fn role(&self, role: &Arn) -> Result<Option<Role>, Failure>;
}

/// A service deployment as we want it.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// What is deployed.
    pub green: Arn,
    /// How traffic moves.
    pub strategy: Strategy,
    /// Where it stops and asks.
    pub pauses: Vec<Pause>,
    /// Alarms for ECS itself to watch where there is no pause to ask us in.
    pub alarms: Vec<String>,
}

/// The answer to a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Go on.
    Continue,
    /// Go back.
    Rollback,
}

/// The load balancer: Elastic Load Balancing.
pub trait Balancer {
    /// How the targets of these groups stand, taken together. None stand in no groups.
    async fn targets(&self, groups: &[Arn]) -> Result<Targets, Failure>;
    /// The targets of these groups, one by one.
    async fn each(&self, groups: &[Arn]) -> Result<Vec<Target>, Failure>;
    /// How a target group is set up, if it is there. [`Failure::Refused`] if it must not be read.
    async fn group(&self, group: &Arn) -> Result<Option<Group>, Failure>;
    /// Where a listener rule, or a listener by its default rule, sends traffic, if it is there.
    /// [`Failure::Refused`] if it must not be read.
    async fn rule(&self, rule: &Arn) -> Result<Option<Rule>, Failure>;
}

/// The alarms: CloudWatch.
pub trait Alarms {
    /// How each of these stands, in the same order. One that does not exist is told as missing.
    async fn states(&self, names: &[String]) -> Result<Vec<Alarm>, Failure>;
    /// What those of these alarms measured that ring, from a moment until before another. After one
    /// that is made of other alarms come those of them that ring.
    async fn readings(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Readings>, Failure>;
}

/// The metrics: CloudWatch.
pub trait Metrics {
    /// What each of these was, in the same order, from a moment until before another.
    async fn series(
        &self,
        queries: &[Query],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Series>, Failure>;
    /// What each of these comes to, in the same order, from a moment until before another.
    async fn computed(
        &self,
        formulas: &[Formula],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Series>, Failure>;
}

/// The servers that keep metrics: Prometheus.
pub trait Prometheus {
    /// What a query comes to now, sample by sample; none is no data.
    async fn ask(&self, server: &str, query: &str) -> Result<Vec<f64>, Failure>;
}

/// The read replicas: RDS.
pub trait Replicas {
    /// What each of these instances is, in the same order. One that does not exist is told as
    /// missing.
    async fn replicas(&self, instances: &[String]) -> Result<Vec<Replica>, Failure>;
}

/// Who asks green through the test listener.
pub trait Probe {
    /// Sends one smoke request. `Ok(Err(_))` is green's fault: no answer, and why.
    async fn ask(
        &self,
        service: &ServiceDocument,
        smoke: &Smoke,
    ) -> Result<Result<Answer, String>, Failure>;
}

/// What Cutover remembers.
pub trait Ledger {
    /// A service's desk; an empty one if there is none.
    async fn desk(&self, service: &ServiceName) -> Result<Desk, Failure>;
    /// Writes a desk that was decided on `desk.version`, with the next version, if nobody wrote
    /// since. Tells whether it was written.
    async fn replace(&self, desk: Desk) -> Result<bool, Failure>;
    /// All desks. One that cannot be read is told in the log and left out.
    async fn desks(&self) -> Result<Vec<Desk>, Failure>;
    /// Everybody whom a signal may have news for ([`Watcher::heeds`]).
    async fn watchers(&self, signal: &Signal) -> Result<Vec<Watcher>, Failure>;
    /// The record of a deployment, if there is one.
    async fn record(&self, deployment: &DeploymentId) -> Result<Option<Record>, Failure>;
    /// The newest deployments of a service, newest first, at most so many. For people: the list may
    /// lag behind by a moment; each record in it is as it stands now.
    async fn history(&self, service: &ServiceName, most: usize) -> Result<Vec<Record>, Failure>;
    /// Appends to the record of a deployment; an entry whose key stands there changes nothing.
    async fn append(
        &self,
        deployment: &DeploymentId,
        service: &ServiceName,
        entry: Entry,
    ) -> Result<(), Failure>;
}

/// Whoever waits with a callback token: Step Functions.
pub trait Callbacks {
    /// Answers for a waiting task.
    async fn succeed(&self, token: &CallbackToken, answer: Value) -> Result<Heard, Failure>;
    /// Fails a waiting task.
    async fn fail(&self, token: &CallbackToken, failure: &Failure) -> Result<Heard, Failure>;
}

/// Whether an answer found somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It did.
    Yes,
    /// Nobody waits with this token any more.
    Gone,
}

/// The executions: Step Functions.
pub trait Executions {
    /// Whether the execution of a deployment, or the recovery of one, runs.
    async fn runs(&self, deployment: &DeploymentId) -> Result<bool, Failure>;
    /// The deployments whose execution ended otherwise than by its own word, from a moment until
    /// before another.
    async fn broken_off(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<DeploymentId>, Failure>;
    /// How the execution of a deployment ended, if it is over.
    async fn ended(&self, deployment: &DeploymentId) -> Result<Option<ExecutionEnded>, Failure>;
    /// Stops the execution of a deployment, for a reason. One that is over stays as it is.
    async fn stop(&self, deployment: &DeploymentId, why: &str) -> Result<(), Failure>;
}

/// The recoveries of deployments: Step Functions.
pub trait Recoveries {
    /// Begins a recovery under this name. Asking twice begins one.
    async fn begin(&self, name: &str, of: &ExecutionEnded) -> Result<(), Failure>;
}

/// The ways back of services: Step Functions.
pub trait Rollbacks {
    /// Begins what a person wants, under this name. Asking twice begins one.
    async fn go_back(&self, name: &str, ask: &GoBack) -> Result<(), Failure>;
}

/// The bus: EventBridge.
pub trait Bus {
    /// Puts events on the bus. Asking twice puts them twice, and who reads them takes that well.
    async fn publish(&self, events: &[Event]) -> Result<(), Failure>;
}

/// What people see of deployments where the source is: GitHub.
pub trait Statuses {
    /// The newest status that is shown of a deployment, if it is shown at all.
    async fn status(&self, mark: &Mark) -> Result<Option<Status>, Failure>;
    /// Shows a deployment as it stands. Asking twice shows it once, with its status twice.
    async fn show(&self, mark: &Mark) -> Result<(), Failure>;
    /// Shows that of this service no other deployment serves there any more.
    async fn replace(&self, mark: &Mark) -> Result<(), Failure>;
}

/// What was told of each deployment, and when a channel takes more: the ledger.
pub trait Threads {
    /// What was told of a deployment in one medium; nothing yet if there is none.
    async fn thread(&self, deployment: &DeploymentId, medium: Medium) -> Result<Thread, Failure>;
    /// Writes a thread that was decided on `thread.version`, with the next version, if nobody wrote
    /// since. Tells whether it was written; a write whose answer was lost may be told as not
    /// written.
    async fn keep(&self, thread: Thread) -> Result<bool, Failure>;
    /// Reserves the next second of a channel that nobody has, and answers when it begins: `now` or
    /// later. Asking twice reserves two.
    async fn reserve(&self, channel: &str, now: Timestamp) -> Result<Timestamp, Failure>;
    /// Has no second of a channel reserved before `until`. Asking twice changes nothing.
    async fn hold_off(&self, channel: &str, until: Timestamp) -> Result<(), Failure>;
}

/// The talk of a team: Slack.
pub trait Chat {
    /// Sends a message about a telling into a channel. Asking twice sends two, but for a message
    /// that is changed. [`Failure::Refused`] with the reason if the channel will never take it.
    async fn say(
        &self,
        channel: &str,
        telling: &Telling,
        message: &Message,
    ) -> Result<Said, Failure>;
}

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It was sent; by this name it is changed, and lines are put below it.
    As(String),
    /// The channel takes nothing before so long.
    NotBefore(Seconds),
    /// The message that was to be changed, or to have lines below it, is not there any more.
    Gone,
}

/// The mail: SNS.
pub trait Mailbox {
    /// Sends a letter to everybody who wants to hear. Asking twice sends two.
    async fn send(&self, letter: &Letter) -> Result<(), Failure>;
}

/// A letter to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it is about, in a line.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// By what a subscription may choose: `service`, `end`, `severity`.
    pub attributes: BTreeMap<String, String>,
}
