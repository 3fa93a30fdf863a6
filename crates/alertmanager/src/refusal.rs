//! Why the door stays shut.

use jiff::Timestamp;

/// A delivery that is not acted on, because it is not by who may tell, or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no bearer token.
    #[error(
        "Authorization is missing: set `http_config.authorization.credentials` of the receiver"
    )]
    Unauthorized,
    /// It is not one that we know.
    #[error("the bearer token is not ours: compare it on both sides")]
    Forged,
    /// SNS did not sign it.
    #[error("no signature of SNS fits what is written")]
    Unsigned,
    /// It is of a topic that may not tell us.
    #[error("it is of another topic than the one that may tell: compare `TopicArn`")]
    Foreign,
    /// It is too old to be believed, or of a time that is still to come.
    #[error("it was sent at {at:.0}, and is believed for an hour: whoever repeats it is not SNS")]
    Stale {
        /// When it was sent.
        at: Timestamp,
    },
    /// The body is larger than we read.
    #[error(
        "the body has {length} bytes, and at most {limit} are read: set `max_alerts` of the receiver"
    )]
    TooLarge {
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The body is not what Alertmanager sends.
    #[error("{path}: {problem}")]
    Unreadable {
        /// The field, as a JSON path from the body's root: `alerts[0].startsAt`.
        path: String,
        /// What is wrong there.
        problem: String,
    },
}

impl Refusal {
    /// The HTTP status. Alertmanager tries again what ends with 5xx, and nothing else.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthorized | Self::Forged | Self::Unsigned | Self::Stale { .. } => 401,
            Self::Foreign => 403,
            Self::TooLarge { .. } => 413,
            Self::Unreadable { .. } => 400,
        }
    }

    /// The name of the error in the answer's body.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unauthorized | Self::Forged | Self::Unsigned | Self::Stale { .. } => {
                "Unauthorized"
            }
            Self::Foreign => "Foreign",
            Self::TooLarge { .. } => "TooLarge",
            Self::Unreadable { .. } => "Invalid",
        }
    }

    /// The same, of what is written in a field.
    #[cfg(feature = "sns")]
    pub(crate) fn within(self, field: &str) -> Self {
        match self {
            Self::Unreadable { path, problem } => {
                Self::unreadable(format!("{field}: {path}"), problem)
            }
            other => other,
        }
    }

    /// An unreadable field. What is wrong may quote the body, so it is cut to a readable length.
    pub(crate) fn unreadable(path: impl Into<String>, problem: impl Into<String>) -> Self {
        const LONGEST: usize = 300;
        let cut = |text: String| text.chars().take(LONGEST).collect();
        Self::Unreadable { path: cut(path.into()), problem: cut(problem.into()) }
    }
}
