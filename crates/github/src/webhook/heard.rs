//! What a delivery says.

use jiff::Timestamp;

/// What was heard in a delivery that is GitHub's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The webhook was set up, and GitHub asks whether somebody is at home.
    Ping {
        /// A sentence of wisdom, if there was one.
        zen: Option<String>,
    },
    /// A tag was given to an image.
    Pushed(Box<Push>),
    /// Nothing that a deployment could follow from.
    NotForUs {
        /// Why.
        reason: String,
    },
}

/// An image that was given a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Where it is pulled from, without tag, lower-case: `ghcr.io/owner/name`.
    pub image: String,
    /// The tag: `v1.2.3`.
    pub tag: String,
    /// What the tag now stands for: `sha256:` and 64 lower-case hex digits.
    pub digest: String,
    /// The login of who pushed.
    pub pushed_by: Option<String>,
    /// `X-GitHub-Delivery`: the same for each redelivery, another for the other event of one push.
    pub delivery: String,
    /// The commit the image was built from, as its labels have it.
    pub revision: Option<String>,
    /// The repository the package belongs to: `Owner/name`.
    pub source: Option<String>,
    /// When it was pushed, as far as GitHub says.
    pub at: Option<Timestamp>,
}

impl Heard {
    /// The HTTP status that tells GitHub. A push is accepted, not yet deployed.
    pub fn status(&self) -> u16 {
        match self {
            Self::Ping { .. } => 200,
            Self::Pushed(_) | Self::NotForUs { .. } => 202,
        }
    }

    pub(super) fn not_for_us(reason: impl Into<String>) -> Self {
        Self::NotForUs { reason: reason.into() }
    }
}
