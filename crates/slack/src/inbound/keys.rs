//! The secrets that Slack may sign with.

use std::fmt;

/// One signing secret, or two while it is being changed: Slack signs with one at a time, and we may
/// hear of the change before or after it.
#[derive(Clone)]
pub struct Keys {
    current: String,
    previous: Option<String>,
}

/// A secret is empty, so that anybody could sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing secret of Slack is empty: set the one that the page of the app shows")]
pub struct Unusable;

impl Keys {
    /// The one secret in use.
    pub fn new(current: impl Into<String>) -> Result<Self, Unusable> {
        Ok(Self { current: usable(current.into())?, previous: None })
    }

    /// The same, while requests signed with `previous` are still accepted.
    pub fn accepting(self, previous: impl Into<String>) -> Result<Self, Unusable> {
        Ok(Self { previous: Some(usable(previous.into())?), ..self })
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.current).chain(&self.previous).map(String::as_bytes)
    }
}

fn usable(secret: String) -> Result<String, Unusable> {
    if secret.trim().is_empty() { Err(Unusable) } else { Ok(secret) }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} redacted)", self.each().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_is_unusable_and_none_is_shown() {
        assert_eq!(Keys::new("").unwrap_err(), Unusable);
        assert_eq!(Keys::new("a").unwrap().accepting(" \n").unwrap_err(), Unusable);

        let keys = Keys::new("hush").unwrap().accepting("quiet").unwrap();
        assert_eq!(format!("{keys:?}"), "Keys(2 redacted)");
    }
}
