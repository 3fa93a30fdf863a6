//! What people are told by this account: messages of a chat, and letters.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::Failure;
use domain::telling::{Line, Message, Telling};
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use workflow::ports::{Letter, Said};

/// How many messages, and how many letters, are remembered.
const MOST: usize = 10_000;

/// What a message comes to.
pub type Saying = Pin<Box<dyn Future<Output = Result<Said, Failure>> + Send>>;

/// Who says it elsewhere.
#[derive(Clone)]
pub struct Speaker(Arc<dyn Fn(String, Telling, Message) -> Saying + Send + Sync>);

impl Speaker {
    /// One that is given the channel, what is told, and the message.
    pub fn new(speak: impl Fn(String, Telling, Message) -> Saying + Send + Sync + 'static) -> Self {
        Self(Arc::new(speak))
    }
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Speaker")
    }
}

/// A message as it stands in a channel of this account.
#[derive(Debug, Clone, PartialEq)]
pub struct Posted {
    /// In which channel.
    pub channel: String,
    /// What it shows.
    pub telling: Telling,
    /// The lines below it.
    pub below: Vec<Line>,
    /// When it was sent, and changed, and had lines put below it.
    pub sent: Vec<Timestamp>,
}

/// All of it.
#[derive(Default)]
pub(super) struct Talk {
    speaker: RwLock<Option<Speaker>>,
    messages: Mutex<VecDeque<Posted>>,
    letters: Mutex<VecDeque<Letter>>,
}

impl Talk {
    pub(super) fn let_speak(&self, speaker: Speaker) {
        *self.speaker.write() = Some(speaker);
    }

    /// Says it elsewhere, or keeps it here as a chat would show it.
    pub(super) async fn say(
        &self,
        channel: &str,
        telling: &Telling,
        message: &Message,
        now: Timestamp,
    ) -> Result<Said, Failure> {
        let speaker = self.speaker.read().clone();
        match speaker {
            Some(Speaker(speak)) => {
                speak(channel.to_owned(), telling.clone(), message.clone()).await
            }
            None => Ok(self.keep(channel, telling, message, now)),
        }
    }

    fn keep(&self, channel: &str, telling: &Telling, message: &Message, now: Timestamp) -> Said {
        let mut messages = self.messages.lock();
        if *message == Message::First {
            let (channel, telling) = (channel.to_owned(), telling.clone());
            messages.push_back(Posted { channel, telling, below: Vec::new(), sent: Vec::new() });
            if messages.len() > MOST {
                messages.pop_front();
            }
        }
        // Named after its deployment: numbers would begin anew in the next life of the account.
        let name = telling.deployment.to_string();
        let known =
            messages.iter_mut().rev().find(|it| it.telling.deployment == telling.deployment);
        let Some(posted) = known else { return Said::Gone };
        match message {
            Message::Below(_, lines) => posted.below.extend(lines.iter().cloned()),
            Message::First | Message::Changed(_) => posted.telling = telling.clone(),
        }
        posted.sent.push(now);
        Said::As(name)
    }

    pub(super) fn send(&self, letter: &Letter) {
        let mut letters = self.letters.lock();
        letters.push_back(letter.clone());
        if letters.len() > MOST {
            letters.pop_front();
        }
    }

    pub(super) fn messages(&self) -> Vec<Posted> {
        self.messages.lock().iter().cloned().collect()
    }

    pub(super) fn letters(&self) -> Vec<Letter> {
        self.letters.lock().iter().cloned().collect()
    }
}

impl fmt::Debug for Talk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Talk")
            .field("speaks", &self.speaker.read().is_some())
            .finish_non_exhaustive()
    }
}
