//! What people say to a deployment that waits for them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{About, Asking, Word};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::name::{CallbackToken, DeploymentId, ServiceName, beginning};

/// How much of a reason is kept: all of a desk has to fit into 400 KB.
const LONGEST_REASON: usize = 1_000;

/// A person lets the deployment that waits go on.
///
/// At the AWS console `{"service": "checkout", "by": "ada"}` approves what waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// Which service.
    pub service: ServiceName,
    /// Only this deployment: another one that waits by then is not meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// Who.
    pub by: String,
    /// Why; it has to be said where something is not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An approval that was heard, and whom to wake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The deployment that waits.
    pub deployment: DeploymentId,
    /// What was said.
    pub word: Word,
    /// Who waits for it.
    pub token: CallbackToken,
}

/// What is told to who approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// The deployment that waited for it.
    pub deployment: DeploymentId,
    /// What was heard.
    #[serde(flatten)]
    pub word: Word,
}

impl Desk {
    /// Hears a person out. Saying it twice changes nothing.
    ///
    /// The answer is [`Failure::Refused`] if nobody is asked, or somebody else is, and
    /// [`Failure::Invalid`] if it is not said who or why.
    pub fn approve(mut self, ask: &Approve, now: Timestamp) -> (Self, Result<Said, Failure>) {
        let watcher = self.watcher.as_ref().and_then(|it| Some((it, it.asks.as_ref()?)));
        let meant = |id: &DeploymentId| ask.deployment.as_ref().is_none_or(|it| it == id);
        let Some((watcher, asks)) = watcher.filter(|(it, _)| meant(&it.deployment)) else {
            let why = self.asks_nobody(ask.deployment.as_ref());
            return (self, Err(Failure::Refused(why)));
        };
        if let Err(failure) = asks.takes(ask) {
            return (self, Err(failure));
        }

        let reason = ask.reason.clone().map(|reason| beginning(reason, LONGEST_REASON));
        // Or one person would be two with a blank.
        let by = beginning(ask.by.trim().to_owned(), LONGEST_REASON);
        let word = Word { about: asks.about, by, reason, at: now };
        let said = |it: &&Word| it.about == word.about && it.by == word.by && it.at >= asks.since;
        let (deployment, token) = (watcher.deployment.clone(), watcher.token.clone());
        let word = match self.words.iter().find(said) {
            Some(earlier) => earlier.clone(),
            None => {
                self.words.push(word.clone());
                word
            }
        };
        (self, Ok(Said { deployment, word, token }))
    }

    /// Why there is nobody to be heard, in a sentence.
    fn asks_nobody(&self, meant: Option<&DeploymentId>) -> String {
        let working = self.lease.as_ref().map(|lease| &lease.holder);
        match (meant, working) {
            (Some(meant), Some(other)) if meant != other => {
                format!("{meant} waits no more; {other} is under way")
            }
            (Some(meant), None) => format!("{meant} waits no more"),
            (_, Some(working)) => format!("{working} is under way and waits for nobody"),
            (None, None) => format!("nothing of {} is under way", self.service),
        }
    }
}

impl Asking {
    /// Whether it may be this person who answers, and has said enough.
    fn takes(&self, ask: &Approve) -> Result<(), Failure> {
        let by = ask.by.trim();
        if by.is_empty() {
            return Err(Failure::Invalid("say who: `by` is empty".into()));
        }
        if self.about == About::Hold && ask.reason.as_deref().is_none_or(|it| it.trim().is_empty())
        {
            let why = "say why: `reason` is empty, and something is not well";
            return Err(Failure::Invalid(why.into()));
        }
        if !self.of.is_empty() && !self.of.iter().any(|name| name == by) {
            let of = self.of.join(", ");
            return Err(Failure::Refused(format!("{by} is not asked; ask one of {of}")));
        }
        if self.not.as_deref() == Some(by) {
            let why = format!("{by} asked for this deployment, so somebody else has to approve it");
            return Err(Failure::Refused(why));
        }
        Ok(())
    }
}
