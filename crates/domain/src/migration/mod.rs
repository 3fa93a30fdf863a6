//! A migration: one task of the new image, which runs once before the service is touched.

mod remembered;

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::{DeploymentId, Digest};
use crate::preserved::{Log, Task};
use crate::seconds::Seconds;

/// A task of the new image that runs once before each deployment, in a service document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// What the container runs in place of its own command: the program and its arguments.
    pub command: Vec<String>,
    /// Which container of the task definition runs it; by default the one that runs the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// How long it may take. After that it is stopped, and the release is refused.
    #[serde(default = "fifteen_minutes")]
    pub within: Seconds,
    /// Whether the earlier release cannot work with what it leaves. From then on nothing but a
    /// person takes the deployment back once production sees it, as with `on_failure: hold`.
    #[serde(default)]
    pub irreversible: bool,
}

fn fifteen_minutes() -> Seconds {
    Seconds::minutes(15)
}

/// The longest that a migration may take: every look at one is written into the history of the
/// execution, which ends.
const LONGEST: Seconds = Seconds(12 * 3600);

/// How long ECS may not tell of a task that it said was started.
const UNSEEN: Seconds = Seconds::minutes(5);

/// Until the next look at a migration that runs, at least and at most.
const SOON: Seconds = Seconds(2);
const LATER: Seconds = Seconds::minutes(1);

impl Migration {
    /// What does not make sense, with the field.
    pub(crate) fn nonsense(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = Vec::new();
        if self.command.first().is_none_or(|program| program.trim().is_empty()) {
            mistakes.push(("command", "name the program first, then its arguments".into()));
        }
        if self.within.0 == 0 || self.within > LONGEST {
            let within = self.within;
            mistakes.push(("within", format!("{within} is not 1 second to {LONGEST}")));
        }
        mistakes
    }
}

/// Why a person is asked instead of going back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The service document says so.
    Document,
    /// The migration ran, and the earlier release cannot work with what it left.
    Migration,
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Document => "its service says `on_failure: hold`",
            Self::Migration => "its migration cannot be undone",
        })
    }
}

/// What became of a migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Migrated {
    /// Whether the release may go on.
    pub good: bool,
    /// How it ended, in a sentence.
    pub why: String,
    /// Whether the earlier release cannot work with what it left.
    #[serde(default)]
    pub irreversible: bool,
    /// Its last lines, where it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Log>,
}

impl Migrated {
    /// It was done before, by another deployment of the same digest.
    pub fn before(ran: &Ran, irreversible: bool) -> Self {
        let why = format!("it ran with {} already", ran.deployment);
        Self { good: true, why, irreversible, log: None }
    }

    /// It ended like this, and printed that last.
    pub fn ended(end: &End, irreversible: bool, log: Option<Log>) -> Self {
        let last = log.as_ref().and_then(|log| log.lines.kept()?.last());
        let last = last.map(|line| format!("; last line: {line}")).unwrap_or_default();
        let good = end.good;
        let irreversible = good && irreversible;
        Self { good, why: format!("{}{last}", end.why), irreversible, log }
    }

    /// What people have to know of it where the deployment did not go all the way.
    pub fn remark(&self) -> Option<&'static str> {
        match (self.good, self.irreversible) {
            (true, true) => Some("its migration ran and cannot be undone"),
            (true, false) => Some("its migration ran"),
            (false, _) => None,
        }
    }
}

impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let irreversible = if self.irreversible { ", and cannot be undone" } else { "" };
        write!(f, "migration: {}{irreversible}", self.why)
    }
}

/// A migration that ended well, for the desk: it does not run again for the same digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// What brought it.
    pub digest: Digest,
    /// The deployment that ran it.
    pub deployment: DeploymentId,
}

/// How a migration ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Whether that was well.
    pub good: bool,
    /// In a sentence.
    pub why: String,
}

/// What is done after a look at a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It runs: look again after this.
    Runs(Seconds),
    /// It has to end, for this reason, if it was not told so before.
    Stop(String),
    /// It is over.
    Over(End),
}

/// A migration that was started.
#[derive(Debug, Clone, Copy)]
pub struct Begun<'a> {
    /// When.
    pub at: Timestamp,
    /// Why it was told to stop, if it was.
    pub stopped: Option<&'a str>,
}

/// Decides over a migration from how its task stands; ECS may tell of none.
pub fn look(
    migration: &Migration,
    begun: Begun<'_>,
    task: Option<&Task>,
    container: Option<&str>,
    now: Timestamp,
) -> Look {
    let passed = Seconds::between(begun.at, now);
    let over = |good, why| Look::Over(End { good, why });
    let Some(task) = task else {
        return match passed < UNSEEN {
            true => Look::Runs(SOON),
            false => over(false, "how it ended is not known, ECS tells of its task no more".into()),
        };
    };
    let told = task.ending().unwrap_or_else(|| "it ended".into());
    match (task.has_stopped(), begun.stopped) {
        (true, Some(why)) => over(false, format!("it was stopped, {why} ({told})")),
        (true, None) => match task.exit_code(container) {
            Some(0) => over(true, format!("it ended well after {passed}")),
            _ => over(false, format!("it failed: {told}")),
        },
        (false, Some(why)) => Look::Stop(why.to_owned()),
        (false, None) if passed >= migration.within => {
            Look::Stop(format!("it did not end within {}", migration.within))
        }
        (false, None) => {
            let left = Seconds(migration.within.0 - passed.0);
            Look::Runs(Seconds(passed.0 / 4).clamp(SOON, LATER).min(left))
        }
    }
}

#[cfg(test)]
mod tests;
