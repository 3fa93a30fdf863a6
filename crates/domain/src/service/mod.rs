//! The service document: what a team writes to put a service under Cutover.

mod mistakes;
mod read;
mod sense;
mod tell;

use std::collections::BTreeMap;
use std::fmt;

pub use mistakes::{Mistake, Mistakes};
pub use tell::{Shown, Slack, Tell};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alert::AlertCheck;
use crate::approval::Approval;
use crate::freeze::Window;
use crate::metric::MetricCheck;
use crate::migration::Migration;
use crate::name::{Arn, Image, ServiceName};
use crate::people::People;
use crate::policy::TagPolicy;
use crate::replica::ReplicaCheck;
use crate::seconds::Seconds;
use crate::strategy::Strategy;
use crate::terraform::Terraform;

/// What a team writes to put a service under Cutover.
///
/// On AWS it is the SSM parameter `/cutover/services/<name>`; `cutover local` reads it from a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceDocument {
    /// What Cutover and its messages call the service.
    pub name: ServiceName,
    /// The image, without tag or digest.
    pub image: Image,
    /// Which tags of it are meant for this service.
    pub tags: TagPolicy,
    /// The ECS cluster, by name.
    pub cluster: String,
    /// The ECS service, by name; by default the same as `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecs_service: Option<String>,
    /// Which container of the task definition runs the image; needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// How traffic moves.
    pub strategy: Strategy,
    /// How long both fleets stand after production moved, so that going back takes seconds.
    #[serde(default = "ten_minutes")]
    pub bake: Seconds,
    /// What is asked before and while production moves.
    #[serde(default)]
    pub checks: Checks,
    /// A task of the new image that runs once before the service is touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<Migration>,
    /// Who has to agree before it goes on; nobody if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Services of a lower wave are deployed first when one image is for several.
    #[serde(default)]
    pub wave: u16,
    /// Services of the same image that are deployed before this one, by name; none of a later wave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<ServiceName>,
    /// Whether it is taken back when another service does not settle on the same release.
    #[serde(default)]
    pub together: bool,
    /// How long after its end a deployment is still blamed, and taken back, for an alarm that
    /// begins to ring. 0 is never.
    #[serde(default = "an_hour")]
    pub rollback_window: Seconds,
    /// What is done when a check fails or an alarm rings.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// What becomes of a push while another deployment of the service is under way.
    #[serde(default)]
    pub when_busy: WhenBusy,
    /// When nothing new begins. Pushes wait, and the newest follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub freezes: Vec<Window>,
    /// What of a Terraform state it stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<Box<Terraform>>,
    /// Who may do what about it from Slack, by their ids there; nobody if nobody is named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: People,
    /// Who is told of its deployments; by mail only, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tell: Option<Box<Tell>>,
}

/// What becomes of a push while another deployment of the service is under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenBusy {
    /// It waits. Only the newest does.
    #[default]
    Queue,
    /// What is under way is taken back, if it is older, and makes way.
    Supersede,
    /// It is refused.
    Reject,
}

/// What is done when a check fails or an alarm rings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// Take it back.
    #[default]
    RollBack,
    /// Leave traffic where it is and ask a person: for what cannot be undone, such as a migration
    /// that drops a column.
    Hold,
}

/// What is asked before and while production moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// Requests to green through the test listener, before production sees it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub smoke: Vec<Smoke>,
    /// How long green may take until all its tasks are healthy. ECS itself would wait for a day.
    #[serde(default = "fifteen_minutes")]
    pub start_within: Seconds,
    /// Where the test listener answers: `https://test.example.com:8443`. `cutover local` has its
    /// own and needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_url: Option<String>,
    /// How long green may take to answer all smoke requests well and to have all targets healthy.
    #[serde(default = "thirty_seconds")]
    pub within: Seconds,
    /// CloudWatch alarms, by name, that must not ring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<String>,
    /// Alerts of Prometheus that must not fire, as Alertmanager tells of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertCheck>,
    /// Read replicas that must keep up before the deployment begins and while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<ReplicaCheck>,
    /// Metrics that are looked at while production sees green.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricCheck>,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            smoke: vec![],
            start_within: fifteen_minutes(),
            test_url: None,
            within: thirty_seconds(),
            alarms: vec![],
            alerts: vec![],
            replicas: None,
            metrics: vec![],
        }
    }
}

/// One request to green, and what a good answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Smoke {
    /// The method.
    #[serde(default = "get")]
    pub method: Method,
    /// The path, with its query.
    pub path: String,
    /// Headers to send.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The status of a good answer.
    #[serde(default = "ok")]
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// A text that a good answer's body contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// The longest a good answer takes, in milliseconds.
    #[serde(default = "five_thousand")]
    #[schemars(range(min = 1, max = 60_000))]
    pub within_ms: u64,
}

/// The methods that a smoke request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are those of HTTP")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

fn an_hour() -> Seconds {
    Seconds::minutes(60)
}

fn ten_minutes() -> Seconds {
    Seconds::minutes(10)
}

fn fifteen_minutes() -> Seconds {
    Seconds::minutes(15)
}

fn thirty_seconds() -> Seconds {
    Seconds(30)
}

fn get() -> Method {
    Method::Get
}

fn ok() -> u16 {
    200
}

fn five_thousand() -> u64 {
    5_000
}

/// Where a service is in ECS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The cluster, by name.
    pub cluster: String,
    /// The ECS service, by name.
    pub service: String,
}

impl Place {
    /// Whether this is the service that ECS calls `arn`: `arn:…:service/<cluster>/<service>`.
    pub fn is_called(&self, arn: &Arn) -> bool {
        let rest = arn.as_str().strip_suffix(self.service.as_str());
        let rest =
            rest.and_then(|rest| rest.strip_suffix('/')?.strip_suffix(self.cluster.as_str()));
        rest.is_some_and(|rest| rest.ends_with(":service/"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.cluster, self.service)
    }
}

impl ServiceDocument {
    /// Where the service is in ECS.
    pub fn place(&self) -> Place {
        let service = self.ecs_service.as_deref().unwrap_or(self.name.as_str());
        Place { cluster: self.cluster.clone(), service: service.to_owned() }
    }
}
