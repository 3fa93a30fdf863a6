//! Why the door stays shut.

/// A request that is not acted on, because it is not Slack's or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no signature, or no moment that it is of.
    #[error("X-Slack-Signature or X-Slack-Request-Timestamp is missing")]
    Unsigned,
    /// The signature is not that of any secret we know.
    #[error("X-Slack-Signature does not fit the body: compare the signing secret on both sides")]
    Forged,
    /// It was signed longer ago, or later, than is taken: somebody may have recorded it.
    #[error(
        "X-Slack-Request-Timestamp is {seconds} seconds from now, and at most {most} are taken"
    )]
    Stale {
        /// How far from now.
        seconds: u64,
        /// How far it may be.
        most: u64,
    },
    /// The body is larger than we read.
    #[error("the body has {length} bytes, and at most {limit} are read")]
    TooLarge {
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The body is not what Slack sends.
    #[error("{path}: {problem}")]
    Unreadable {
        /// The field, as a path (`payload.actions[0].value`).
        path: String,
        /// What is wrong there, and what was expected.
        problem: String,
    },
}

impl Refusal {
    /// The HTTP status that tells Slack.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unsigned | Self::Forged | Self::Stale { .. } => 401,
            Self::TooLarge { .. } => 413,
            Self::Unreadable { .. } => 400,
        }
    }

    /// The name of the error in the answer's body.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unsigned | Self::Forged | Self::Stale { .. } => "Unauthorized",
            Self::TooLarge { .. } => "TooLarge",
            Self::Unreadable { .. } => "Invalid",
        }
    }

    /// An unreadable field. What is wrong may quote the body, so it is cut to a readable length.
    pub(super) fn unreadable(path: impl Into<String>, problem: impl Into<String>) -> Self {
        const LONGEST: usize = 300;
        let cut = |text: String| match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        Self::Unreadable { path: cut(path.into()), problem: cut(problem.into()) }
    }
}
