//! Why the door stays shut.

/// A delivery that is not acted on, because it is not GitHub's or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no signature.
    #[error("X-Hub-Signature-256 is missing: set the secret in the settings of the webhook")]
    Unsigned,
    /// The signature is not that of any secret we know.
    #[error("X-Hub-Signature-256 does not fit the body: compare the secret on both sides")]
    Forged,
    /// The body is larger than we read.
    #[error("the body has {length} bytes, and at most {limit} are read")]
    TooLarge {
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The body is a form.
    #[error("the body is a form: choose the content type application/json for the webhook")]
    Form,
    /// The body, or a header, is not what GitHub sends.
    #[error("{path}: {problem}")]
    Unreadable {
        /// The field, as a JSON path from the body's root (`package.package_version.version`), or
        /// the name of a header.
        path: String,
        /// What is wrong there, and what was expected.
        problem: String,
    },
}

impl Refusal {
    /// The HTTP status that tells GitHub.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unsigned | Self::Forged => 401,
            Self::TooLarge { .. } => 413,
            Self::Form => 415,
            Self::Unreadable { .. } => 400,
        }
    }

    /// The name of the error in the answer's body.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unsigned | Self::Forged => "Unauthorized",
            Self::TooLarge { .. } => "TooLarge",
            Self::Form | Self::Unreadable { .. } => "Invalid",
        }
    }

    /// An unreadable field. What is wrong may quote the body, so it is cut to a readable length.
    pub(crate) fn unreadable(path: impl Into<String>, problem: impl Into<String>) -> Self {
        const LONGEST: usize = 300;
        let cut = |text: String| match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        Self::Unreadable { path: cut(path.into()), problem: cut(problem.into()) }
    }
}
