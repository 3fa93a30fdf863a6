//! The secrets that GitHub may sign with.

use std::fmt;

/// One secret, or two while it is being changed: GitHub signs with one at a time, and a delivery
/// signed before the change may arrive after it.
#[derive(Clone)]
pub struct Secrets {
    current: String,
    previous: Option<String>,
}

/// A secret is empty, so that anybody could sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is empty: set the one that GitHub signs with")]
pub struct Unusable;

impl Secrets {
    /// The one secret in use.
    pub fn new(current: impl Into<String>) -> Result<Self, Unusable> {
        Ok(Self { current: usable(current.into())?, previous: None })
    }

    /// The same, while deliveries signed with `previous` are still accepted.
    pub fn accepting(self, previous: impl Into<String>) -> Result<Self, Unusable> {
        Ok(Self { previous: Some(usable(previous.into())?), ..self })
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.current).chain(&self.previous).map(String::as_bytes)
    }
}

fn usable(secret: String) -> Result<String, Unusable> {
    if secret.trim().is_empty() { Err(Unusable) } else { Ok(secret) }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} redacted)", self.each().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_is_unusable() {
        assert_eq!(Secrets::new("").unwrap_err(), Unusable);
        assert_eq!(Secrets::new(" \n").unwrap_err(), Unusable);
        assert_eq!(Secrets::new("a").unwrap().accepting("").unwrap_err(), Unusable);
    }

    #[test]
    fn secrets_are_not_shown() {
        let secrets = Secrets::new("hush").unwrap().accepting("quiet").unwrap();

        assert_eq!(format!("{secrets:?}"), "Secrets(2 redacted)");
    }
}
