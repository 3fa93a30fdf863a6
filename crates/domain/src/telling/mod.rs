//! What people are told of a deployment, whatever they read it in.
//!
//! A [`Telling`] is data: each channel renders it, and escapes what it has to. Texts of others are
//! made harmless for all of them once: one line, visible characters, not too long, no credentials.

mod line;
mod plain;
mod press;
mod standing;
mod story;
mod thread;

pub use line::line;
pub use plain::plain;
pub use press::Press;
pub use story::Line;
pub use thread::{Medium, Message, Thread, Turn};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::approval::{About, Asking};
use crate::desk::Desk;
use crate::name::{DeploymentId, Digest, ServiceName};
use crate::outcome::End;
use crate::plan::Plan;
use crate::record::Record;
use crate::request::Request;
use crate::seconds::Seconds;

/// What a person is told of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Telling {
    /// Which.
    pub deployment: DeploymentId,
    /// Of which service.
    pub service: ServiceName,
    /// What is deployed: `checkout v1.4.2 (0a1b2c3d4e5f)`.
    pub title: String,
    /// Who wanted it, and what made the request: `ada (push)`.
    pub who: String,
    /// Why they wanted it, in their words.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Why it stands there, in a sentence.
    pub why: String,
    /// Green's share of production traffic in percent, or what it is about to become; none if ECS
    /// was never told to begin.
    pub share: Option<f64>,
    /// What serves now, besides green.
    pub serves: Option<String>,
    /// What a person may do now.
    pub presses: Vec<Press>,
    /// When it was asked for.
    pub began: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What happened, in order. Lines are only ever added.
    pub story: Vec<Line>,
}

/// Where a deployment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Nothing was begun: it waits for its turn, or for what is asked before.
    Waiting,
    /// It is under way.
    UnderWay,
    /// It waits for people.
    Asks {
        /// What they are asked.
        asks: Asking,
    },
    /// Green is being taken back.
    GoingBack,
    /// It ended.
    Ended {
        /// How.
        end: End,
    },
}

/// How loud a telling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For whoever looks.
    Quiet,
    /// It went as it was meant to.
    Good,
    /// It did not, or somebody is waited for.
    Warning,
    /// A person is needed now.
    Page,
}

impl Severity {
    /// As subscriptions choose by it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Page => "page",
        }
    }
}

impl Telling {
    /// What is to be told of a deployment by its record, and the desk of its service.
    pub fn of(record: &Record, desk: &Desk, now: Timestamp) -> Self {
        let (plan, request) = (record.plan(), record.request());
        let title = plan.map(Plan::title).or_else(|| request.map(Request::title));
        let by = request.and_then(|request| request.by.as_deref()).unwrap_or("somebody");
        let cause = request.map(|request| request.cause.as_str()).unwrap_or_default();
        let (state, why) = standing::of(record);
        let share = standing::share(record, &state);
        let presses = Press::of(record, desk, &state, now);

        Self {
            deployment: record.deployment.clone(),
            service: record.service.clone(),
            title: title.unwrap_or_else(|| record.deployment.to_string()),
            who: format!("{} ({cause})", line(by, 80)),
            reason: request.and_then(|request| request.reason.as_deref()).map(|it| line(it, 300)),
            why: line(&why, 300),
            share,
            serves: serving(record, &state).map(|digest| known_as(digest, record, desk)),
            presses,
            began: record.entries.first().map(|first| first.at),
            ended: record.outcome().map(|outcome| outcome.at),
            story: story::of(record),
            state,
        }
    }

    /// How it ended, if it did.
    pub fn end(&self) -> Option<End> {
        match &self.state {
            State::Ended { end } => Some(*end),
            State::Waiting | State::UnderWay | State::Asks { .. } | State::GoingBack => None,
        }
    }

    /// How loud it is.
    pub fn severity(&self) -> Severity {
        match &self.state {
            State::Ended { end: End::Deployed } => Severity::Good,
            State::Ended { end: End::Stuck } => Severity::Page,
            State::Ended { end: End::Refused | End::RolledBack }
            | State::Asks { asks: Asking { about: About::Hold, .. } } => Severity::Warning,
            State::Waiting | State::UnderWay | State::Asks { .. } | State::GoingBack => {
                Severity::Quiet
            }
        }
    }

    /// Whether people should be called, and not only find it when they look.
    pub fn calls(&self) -> bool {
        matches!(self.state, State::Asks { .. }) || self.severity() >= Severity::Warning
    }

    /// Where it stands, in a word or two.
    pub fn standing(&self) -> String {
        match &self.state {
            State::Waiting => "waiting".into(),
            State::UnderWay => "under way".into(),
            State::Asks { .. } => "waits for people".into(),
            State::GoingBack => "going back".into(),
            State::Ended { end } => end.to_string(),
        }
    }

    /// How long it took, if it ended.
    pub fn took(&self) -> Option<Seconds> {
        Some(Seconds::between(self.began?, self.ended?))
    }

    /// What is the same for tellings that show the same, whatever their stories are.
    pub fn face(&self) -> String {
        let face = Self { story: Vec::new(), ..self.clone() };
        let face = serde_json::to_vec(&face).expect("a telling is made of texts and numbers");
        hex::encode(&Sha256::digest(face)[..8])
    }
}

/// The digest that serves, besides green while it is under way.
fn serving<'a>(record: &'a Record, state: &State) -> Option<&'a Digest> {
    match state {
        State::Ended { .. } => record.outcome()?.serving.as_ref(),
        _ => record.blue()?.digest.as_ref(),
    }
}

/// A digest as people know it: `v1.4.1 (09701a1e04c7)`.
fn known_as(digest: &Digest, record: &Record, desk: &Desk) -> String {
    let green = record.plan().filter(|plan| plan.digest == *digest);
    let tag = green.and_then(|plan| plan.tag.as_ref()).or_else(|| desk.releases.tag_of(digest));
    match tag {
        Some(tag) => format!("{tag} ({})", digest.short()),
        None => digest.short().to_owned(),
    }
}

#[cfg(test)]
mod tests;
