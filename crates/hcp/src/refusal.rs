//! Why the door stays shut.

/// A notification that is not acted on, because it is not HCP Terraform's or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no signature.
    #[error("X-TFE-Notification-Signature is missing: set the token of the notification")]
    Unsigned,
    /// The signature is not that of any secret we know.
    #[error("X-TFE-Notification-Signature does not fit the body: compare the token on both sides")]
    Forged,
    /// The body is larger than we read.
    #[error("the body has {length} bytes, and at most {limit} are read")]
    TooLarge {
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The body is not what HCP Terraform sends.
    #[error("{path}: {problem}")]
    Unreadable {
        /// The field, as a JSON path from the body's root: `notifications[0].trigger`.
        path: String,
        /// What is wrong there.
        problem: String,
    },
}

impl Refusal {
    /// The HTTP status that tells HCP Terraform.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unsigned | Self::Forged => 401,
            Self::TooLarge { .. } => 413,
            Self::Unreadable { .. } => 400,
        }
    }

    /// The name of the error in the answer's body.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unsigned | Self::Forged => "Unauthorized",
            Self::TooLarge { .. } => "TooLarge",
            Self::Unreadable { .. } => "Invalid",
        }
    }

    /// An unreadable field. What is wrong may quote the body, so it is cut to a readable length.
    pub(crate) fn unreadable(path: impl Into<String>, problem: impl Into<String>) -> Self {
        const LONGEST: usize = 300;
        let cut = |text: String| text.chars().take(LONGEST).collect();
        Self::Unreadable { path: cut(path.into()), problem: cut(problem.into()) }
    }
}
