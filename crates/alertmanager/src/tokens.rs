//! The tokens that Alertmanager may show.

use std::fmt;

use subtle::ConstantTimeEq;

use crate::Refusal;

/// One token, or two while it is being changed.
#[derive(Clone)]
pub struct Tokens(Vec<String>);

/// A token is empty, so that anybody could tell; or there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bearer token of Alertmanager is empty: set the one that its receiver shows")]
pub struct Unusable;

impl Tokens {
    /// The tokens in use, at least one.
    pub fn new(tokens: impl IntoIterator<Item = String>) -> Result<Self, Unusable> {
        let tokens: Vec<String> = tokens.into_iter().map(|it| it.trim().to_owned()).collect();
        match tokens.is_empty() || tokens.iter().any(String::is_empty) {
            true => Err(Unusable),
            false => Ok(Self(tokens)),
        }
    }

    /// Checks the header `Authorization`, in a time that tells nothing of how much of it fits.
    pub fn check(&self, authorization: Option<&str>) -> Result<(), Refusal> {
        let shown = authorization.ok_or(Refusal::Unauthorized)?.trim();
        let (scheme, shown) = shown.split_once(' ').ok_or(Refusal::Forged)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refusal::Forged);
        }
        let shown = shown.trim().as_bytes();
        let fits = |token: &String| bool::from(token.as_bytes().ct_eq(shown));
        match self.0.iter().filter(|token| fits(token)).count() {
            0 => Err(Refusal::Forged),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({} redacted)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tokens: &[&str]) -> Result<Tokens, Unusable> {
        Tokens::new(tokens.iter().map(ToString::to_string))
    }

    #[test]
    fn a_token_fits_or_it_does_not() {
        let ours = tokens(&["new", "old"]).expect("tokens");
        for (shown, fits) in [
            (Some("Bearer new"), Ok(())),
            (Some("bearer  old "), Ok(())),
            (Some("Bearer older"), Err(Refusal::Forged)),
            (Some("Bearer ne"), Err(Refusal::Forged)),
            (Some("Bearer "), Err(Refusal::Forged)),
            (Some("Basic new"), Err(Refusal::Forged)),
            (Some("new"), Err(Refusal::Forged)),
            (None, Err(Refusal::Unauthorized)),
        ] {
            assert_eq!(ours.check(shown), fits, "{shown:?}");
        }
        assert_eq!(format!("{ours:?}"), "Tokens(2 redacted)");
    }

    #[test]
    fn an_empty_token_is_unusable() {
        for unusable in [&[][..], &[""], &[" \n"], &["new", ""]] {
            assert_eq!(tokens(unusable).expect_err("unusable"), Unusable);
        }
    }
}
