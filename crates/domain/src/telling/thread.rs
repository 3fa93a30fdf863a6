//! What was told of a deployment in one medium, and whose turn it is to tell more.
//!
//! Several executions may want to tell of one deployment at once. Whoever tells takes the turn by a
//! conditional write *before* it reads the record. So who finds somebody waiting for the turn may
//! leave: what it came for will be read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Line, Telling};
use crate::name::DeploymentId;
use crate::seconds::Seconds;

/// By what people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// A message in Slack, and the thread below it.
    Slack,
    /// A letter.
    Mail,
}

impl Medium {
    /// By what the ledger knows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Mail => "mail",
        }
    }
}

/// What was told of a deployment in one medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Of which deployment.
    pub deployment: DeploymentId,
    /// By what.
    pub medium: Medium,
    /// Rises with every write; a write names the version it was decided on.
    pub version: u64,
    /// The message: in Slack, its `ts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The [face](Telling::face) that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<String>,
    /// How many lines of the story stand below it.
    #[serde(default)]
    pub lines: usize,
    /// Who has the turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
}

/// The right to tell what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Which execution has it.
    pub by: String,
    /// When it may send.
    pub at: Timestamp,
    /// Whether it has begun, and may have read the record already.
    pub begun: bool,
}

/// How long a turn is left to who took it: longer than a function may run. Whoever takes it over
/// after that may tell a second time what the first had sent before it died: a second message, or
/// a line that stands twice. An update that is sent twice shows once.
const PATIENCE: Seconds = Seconds(60);

/// What is to be sent next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The first message.
    First,
    /// The message, changed.
    Changed(String),
    /// Lines below the message.
    Below(String, Vec<Line>),
}

impl Thread {
    /// Where nothing was told yet.
    pub fn new(deployment: DeploymentId, medium: Medium) -> Self {
        Self { deployment, medium, version: 0, message: None, face: None, lines: 0, turn: None }
    }

    /// The next of what is new in a telling, if anything is: the message goes before the lines.
    pub fn next(&self, telling: &Telling) -> Option<Message> {
        let Some(message) = &self.message else { return Some(Message::First) };
        if self.face.as_ref() != Some(&telling.face()) {
            return Some(Message::Changed(message.clone()));
        }
        let lines = telling.story.get(self.lines..).unwrap_or_default();
        (!lines.is_empty()).then(|| Message::Below(message.clone(), lines.to_vec()))
    }

    /// Whose turn it is, but for a turn that was never finished.
    pub fn taken(&self, now: Timestamp) -> Option<&Turn> {
        self.turn.as_ref().filter(|turn| now < PATIENCE.after(turn.at))
    }

    /// The thread with the turn given to `by`, who may send at `at`.
    #[must_use]
    pub fn given(self, by: &str, at: Timestamp, begun: bool) -> Self {
        Self { turn: Some(Turn { by: by.to_owned(), at, begun }), ..self }
    }

    /// The thread after a message was sent, whose turn is over.
    #[must_use]
    pub fn sent(mut self, message: &Message, telling: &Telling, name: String) -> Self {
        match message {
            Message::First => {
                self.message = Some(name);
                self.face = Some(telling.face());
            }
            Message::Changed(_) => self.face = Some(telling.face()),
            Message::Below(..) => self.lines = telling.story.len(),
        }
        self.free()
    }

    /// The thread after its message was found to be gone: there will be another one.
    #[must_use]
    pub fn lost(self) -> Self {
        Self { message: None, face: None, ..self.free() }
    }

    /// The thread in which it is nobody's turn.
    #[must_use]
    pub fn free(self) -> Self {
        Self { turn: None, ..self }
    }
}
