//! A rollout, its events, and the execution that sleeps in between.

use crate::account::{News, Pause, Rollout, Token};

/// The last pause of the rollout.
pub(crate) const LAST: Pause = 2;
/// At most so many events of a kind are on their way.
pub(crate) const EVENTS: u8 = 2;

/// Everything that matters at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) rollout: Rollout,
    /// Events on their way: of hooks, and of the service.
    pub(crate) events: [u8; 2],
    /// Calls of `resume` that found somebody to wake.
    pub(crate) resumes: [Option<Token>; 2],
    /// Who is to be woken, as it stands on the desk.
    pub(crate) desk: Option<Token>,
    pub(crate) execution: Execution,
    /// The pause that the execution answered last.
    pub(crate) answered: Pause,
    /// Whether it is the recovery of the one that was stopped.
    pub(crate) recovers: bool,
    /// The call of `watch`, and one that a stopped execution made.
    pub(crate) call: Call,
    pub(crate) late: Call,
    /// How often the present token had effect.
    pub(crate) told: u8,
}

/// Where the execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Execution {
    /// In `Judge`.
    Looks,
    /// In `Proceed`.
    Answers(Pause),
    /// In `Watch`, with a callback token; it saw the rollout like this before.
    Watches(Option<Rollout>),
    /// It was stopped.
    Gone,
    /// It saw the rollout end.
    Ended,
}

/// What a call of `watch` does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    None,
    /// Writes down whom to wake.
    Writes,
    /// Looks at the rollout itself.
    Looks,
}

/// Which of the counted events.
pub(crate) fn kind(news: News) -> usize {
    usize::from(news == News::Service)
}

impl World {
    pub(crate) fn tells(mut self, news: News) -> Self {
        self.events[kind(news)] += 1;
        self
    }

    /// The same with one event less; those of others come as often as they like.
    pub(crate) fn without(mut self, news: News) -> Option<Self> {
        if news != News::Another {
            self.events[kind(news)] = self.events[kind(news)].checked_sub(1)?;
        }
        Some(self)
    }

    /// From here on the execution sleeps with another token, or not at all.
    pub(crate) fn forgets(mut self) -> Self {
        self.desk = self.desk.map(|_| Token::Gone);
        self.resumes = self.resumes.map(|found| found.map(|_| Token::Gone));
        self
    }

    pub(crate) fn wakes(self) -> Self {
        Self { execution: Execution::Looks, call: Call::None, ..self }
    }
}
