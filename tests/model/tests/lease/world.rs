//! Three executions and their recoveries, which share one desk.

use crate::desks::{Answer, DeskNumber, NOW, Tick};
use crate::rules::{NAMES, Who};

/// How many deployments there are.
pub(crate) const ALL: usize = NAMES.len();

/// Everything that matters at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) desk: DeskNumber,
    pub(crate) executions: [Execution; ALL],
    /// The call that each execution makes, then the call that each recovery makes.
    pub(crate) calls: [Call; 2 * ALL],
}

/// How far the execution of a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Execution {
    /// Not begun.
    Due,
    /// In `Claim`: it waits with a callback token.
    Waits,
    /// Between `Claim` and `Conclude`, under this fencing token.
    Holds { token: u8, did: Did },
    /// In `Conclude`.
    Concludes { deployed: bool },
    /// It was stopped; so far it had come by what it recorded.
    Gone { deployed: bool },
    /// Its recovery is in `Conclude`.
    Recovers { deployed: bool },
    /// It is over.
    Ended,
}

/// What was done under the lease so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Did {
    Nothing,
    Checked,
    Acted,
}

/// A call of a step: the next thing that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    None,
    /// `claim` asks whether that one's execution runs: its lease has run out.
    Asks {
        holder: Who,
        now: Tick,
    },
    /// `claim` reads the desk, or writes what it decided on the one it read.
    Claims {
        gone: Option<Who>,
        now: Tick,
        read: Option<DeskNumber>,
    },
    /// `proceed` made sure of its lease and moves traffic.
    Acts {
        token: u8,
    },
    /// `watch` writes the desk with the lease renewed.
    Renews {
        token: u8,
        now: Tick,
        read: DeskNumber,
    },
    /// `conclude` writes the desk with everything given back.
    Releases {
        deployed: bool,
        now: Tick,
        read: DeskNumber,
    },
    /// `claim` or `conclude` answers who waits.
    Tells {
        whom: Who,
        hears: bool,
        answer: Answer,
        ends: bool,
    },
}

impl World {
    /// Whether nobody does anything any more.
    pub(crate) fn everyone_ended(&self) -> bool {
        self.executions == [Execution::Ended; ALL] && self.calls == [Call::None; 2 * ALL]
    }

    /// The fencing token under which the call of `caller` moves traffic.
    pub(crate) fn acts_under(&self, caller: u8) -> Option<u8> {
        match self.calls[usize::from(caller)] {
            Call::Acts { token } => Some(token),
            _ => None,
        }
    }

    pub(crate) fn with(mut self, caller: usize, call: Call) -> Self {
        self.calls[caller] = call;
        self
    }

    pub(crate) fn becoming(mut self, who: usize, execution: Execution) -> Self {
        self.executions[who] = execution;
        self
    }

    /// An execution that waited is told.
    pub(crate) fn told(self, whom: Who, answer: Answer) -> Self {
        let then = match answer {
            Answer::Granted(token) => Execution::Holds { token, did: Did::Nothing },
            Answer::Refused => Execution::Concludes { deployed: false },
        };
        self.becoming(usize::from(whom), then)
    }

    /// The call of `caller` is done; with `ends` it was the last.
    pub(crate) fn finish(self, caller: usize, ends: bool) -> Self {
        let after = self.with(caller, Call::None);
        match self.executions[caller % ALL] {
            Execution::Concludes { .. } | Execution::Recovers { .. } if ends => {
                after.becoming(caller % ALL, Execution::Ended)
            }
            _ => after,
        }
    }
}

impl Execution {
    /// As `Executions::runs` answers: the execution of a deployment, or the recovery of one.
    pub(crate) fn runs(self) -> bool {
        !matches!(self, Self::Due | Self::Gone { .. } | Self::Ended)
    }

    pub(crate) fn gone(self) -> Self {
        match self {
            Self::Concludes { deployed } => Self::Gone { deployed },
            _ => Self::Gone { deployed: false },
        }
    }
}

impl Call {
    /// Whether it began in the past, and compares that with a lease.
    pub(crate) fn looks_back(self) -> bool {
        matches!(self, Self::Asks { now, .. } | Self::Claims { now, .. } if now < NOW)
    }

    pub(crate) fn unread(self) -> Self {
        match self {
            Self::Claims { gone, now, .. } => Self::Claims { gone, now, read: None },
            // These two begin anew: all that they would bring along is the moment.
            Self::Renews { .. } | Self::Releases { .. } => Self::None,
            other => other,
        }
    }
}

/// A small number.
pub(crate) fn number(index: usize) -> u8 {
    u8::try_from(index).expect("few enough")
}
