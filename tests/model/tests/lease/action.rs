//! What happens, as a person would tell it.

use std::fmt;

use crate::rules::{NAMES, Who};
use crate::world::{ALL, number};

/// Something that happens: who does it, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Action {
    /// Below [`ALL`] an execution, from there on a recovery.
    pub(crate) caller: u8,
    pub(crate) what: What,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Begins,
    Asks,
    Reads,
    Writes,
    WritesUnheard,
    Checks,
    Fences,
    Acts,
    Watches,
    Concludes { deployed: bool },
    Tells,
    TellsUnheard,
    TellsAndFails,
    AsksAgain,
    Fails,
    Stops,
    IsRecovered,
    TimePasses,
}

impl Action {
    /// Whose execution or recovery does it.
    pub(crate) fn who(self) -> Who {
        number(usize::from(self.caller) % ALL)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recovery = usize::from(self.caller) >= ALL;
        let name = NAMES[usize::from(self.caller) % ALL];
        let what = match self.what {
            What::Begins => "claims the lease",
            What::Asks => "asks whether the holder's execution runs",
            What::Reads => "reads the desk",
            What::Writes => "writes what it decided",
            What::WritesUnheard => "writes what it decided, and the answer is lost",
            What::Checks => "checks that it does not go backwards",
            What::Fences => "makes sure of its lease",
            What::Acts => "moves traffic",
            What::Watches => "watches",
            What::Concludes { deployed: true } => "concludes, deployed",
            What::Concludes { deployed: false } => "concludes, not deployed",
            What::Tells => "tells who waits",
            What::TellsUnheard => "tells who waits, who does not hear",
            What::TellsAndFails => "tells who waits, and fails",
            What::AsksAgain => "claims the lease again",
            What::Fails => "has a call that fails",
            What::Stops => "is stopped",
            What::IsRecovered => "is recovered",
            What::TimePasses => return f.write_str("the length of a lease passes"),
        };
        match recovery {
            true => write!(f, "the recovery of {name} {what}"),
            false => write!(f, "{name} {what}"),
        }
    }
}
