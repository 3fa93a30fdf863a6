//! What callers of a door are known by: a secret that they sign with, or a token that they show.

use std::fmt;

/// One secret, or two while it is being changed: callers have one at a time, and what was sent
/// before the change may arrive after it. Never shown.
#[derive(Clone)]
pub struct Secrets {
    current: String,
    previous: Option<String>,
}

/// A secret is empty, so that anybody could come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is empty, so that anybody could come in: set the one that the callers have")]
pub struct Unusable;

impl Secrets {
    /// The one secret in use.
    ///
    /// # Errors
    /// [`Unusable`] if it is empty.
    pub fn new(current: impl Into<String>) -> Result<Self, Unusable> {
        Ok(Self { current: usable(current.into())?, previous: None })
    }

    /// The same, while what is by `previous` is still let in.
    ///
    /// # Errors
    /// [`Unusable`] if it is empty.
    pub fn accepting(self, previous: impl Into<String>) -> Result<Self, Unusable> {
        Ok(Self { previous: Some(usable(previous.into())?), ..self })
    }

    /// The secrets as they are kept: the current one, and during a rotation the previous. A previous
    /// one that is empty is no reason to let nobody in.
    ///
    /// # Errors
    /// [`Unusable`] if there is no current one.
    pub fn kept(values: impl IntoIterator<Item = String>) -> Result<Self, Unusable> {
        let mut values = values.into_iter();
        let current = Self::new(values.next().unwrap_or_default())?;
        match values.next().filter(|previous| !previous.trim().is_empty()) {
            Some(previous) => current.accepting(previous),
            None => Ok(current),
        }
    }

    /// Each of them.
    pub fn each(&self) -> impl Iterator<Item = &[u8]> {
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

    fn kept(values: &[&str]) -> Result<Vec<String>, Unusable> {
        let secrets = Secrets::kept(values.iter().map(ToString::to_string))?;
        Ok(secrets.each().map(|it| String::from_utf8_lossy(it).into_owned()).collect())
    }

    #[test]
    fn an_empty_secret_is_unusable() {
        assert_eq!(Secrets::new("").unwrap_err(), Unusable);
        assert_eq!(Secrets::new(" \n").unwrap_err(), Unusable);
        assert_eq!(Secrets::new("a").unwrap().accepting("").unwrap_err(), Unusable);
    }

    #[test]
    fn what_is_kept_is_the_current_one_and_during_a_rotation_the_previous() {
        assert_eq!(kept(&["new", "old", "older"]), Ok(vec!["new".into(), "old".into()]));
        assert_eq!(kept(&["new", " "]), Ok(vec!["new".into()]));
        assert_eq!((kept(&[]), kept(&["", "old"])), (Err(Unusable), Err(Unusable)));
    }

    #[test]
    fn secrets_are_not_shown() {
        let secrets = Secrets::new("hush").unwrap().accepting("quiet").unwrap();

        assert_eq!(format!("{secrets:?}"), "Secrets(2 redacted)");
    }
}
