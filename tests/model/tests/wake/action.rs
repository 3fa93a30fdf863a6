//! What happens, as a person would tell it.

use std::fmt;

use crate::account::{News, Token};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Moves,
    ShowsNoMore,
    GivesUp,
    Doubles,
    Loses,
    Resumes(News),
    Misses,
    Wakes(Token),
    FailsToWake,
    Writes,
    Looks,
    Fails,
    TimesOut,
    Judges,
    Bakes,
    Answers,
    AnswersUnheard,
    Stops,
    IsRecovered,
    WritesLate,
    LooksLate,
    EndsLate,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Moves => "the rollout moves on, and tells",
            Self::ShowsNoMore => "the rollout shows the answered pause no more",
            Self::GivesUp => "the pause gives up, and tells",
            Self::Doubles => "an event is doubled",
            Self::Loses => "an event is lost",
            Self::Resumes(News::Hook) => "resume hears of a hook, and reads whom to wake",
            Self::Resumes(News::Service) => "resume hears of the service, and reads whom to wake",
            Self::Resumes(News::Another) => "resume hears of another, and reads whom to wake",
            Self::Misses => "resume is not shown yet whom to wake",
            Self::Wakes(_) => "resume answers the token that it read",
            Self::FailsToWake => "resume fails",
            Self::Writes => "watch writes down whom to wake",
            Self::Looks => "watch looks for itself",
            Self::Fails => "watch fails, and is called again",
            Self::TimesOut => "the execution slept long enough",
            Self::Judges => "the execution looks at the rollout",
            Self::Bakes => "the execution looks at the rollout, and lets it bake",
            Self::Answers => "the execution answers the pause",
            Self::AnswersUnheard => {
                "the execution answers the pause, and does not hear that it did"
            }
            Self::Stops => "the execution is stopped",
            Self::IsRecovered => "its recovery takes back what is in flight",
            Self::WritesLate => "the late call writes down whom to wake",
            Self::LooksLate => "the late call looks, and wakes nobody",
            Self::EndsLate => "the late call dies",
        })
    }
}
