//! What is decided, and what it is decided for: as deployed, or with one thing wrong.

use domain::desk::{Desk, Watcher};
use domain::rollout::Progress;
use domain::signal::Signal;
use domain::verdict::Watch;
use jiff::Timestamp;

/// News waited, nothing was on its way that would have woken it, and it slept on.
pub(crate) const ASLEEP: &str = "it slept until its timeout although there was news";
/// The token of an earlier sleep woke a later one.
pub(crate) const STALE: &str = "a stale token woke it";
/// A token had effect a second time.
pub(crate) const TWICE: &str = "a token was answered twice";

/// The decisions, and the world that they are made in.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) watch: fn(Desk, Watcher, Timestamp) -> Desk,
    pub(crate) heeds: fn(&Watcher, &Signal) -> bool,
    pub(crate) is_news: fn(&Watch, &Progress) -> bool,
    /// Whether events, and the calls that they start, may be lost.
    pub(crate) loses: bool,
    /// What is wrong with the world, if anything is.
    pub(crate) flaw: Option<Flaw>,
}

/// Something that must not be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// `watch` looks at the rollout before it writes down whom to wake.
    LooksFirst,
    /// `resume` reads an index, which may not show yet who was written down.
    ReadsLate,
    /// The execution sleeps without a timeout.
    NeverTimesOut,
    /// Whoever sleeps is woken, whatever the token.
    WakesWhoever,
    /// A token works as often as it is used.
    HearsTwice,
    /// A recovery begins while a call of the stopped execution is still under way.
    RecoversAtOnce,
}

impl Rules {
    /// What is deployed, where no event is lost.
    pub(crate) fn deployed() -> Self {
        Self {
            watch: |desk, watcher, now| desk.watch(None, watcher, now),
            heeds: Watcher::heeds,
            is_news: Watch::is_news,
            loses: false,
            flaw: None,
        }
    }

    /// What is deployed, in a world with a flaw.
    pub(crate) fn with(flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..Self::deployed() }
    }

    /// The same, where events are lost.
    pub(crate) fn losing(self) -> Self {
        Self { loses: true, ..self }
    }
}
