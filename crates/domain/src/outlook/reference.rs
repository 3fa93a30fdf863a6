//! Which release of an image.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::{Digest, NotAName, Tag};

/// Which release of an image, as registries name one: by its tag or by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reference {
    /// What the digest is of.
    Digest(Digest),
    /// What the tag points to now.
    Tag(Tag),
}

impl FromStr for Reference {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        // No tag has a colon.
        match text.contains(':') {
            true => text.parse().map(Self::Digest),
            false => text.parse().map(Self::Tag),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => digest.fmt(f),
            Self::Tag(tag) => tag.fmt(f),
        }
    }
}
