//! Tokens: a registry's word that somebody may pull from one repository for a while.
//!
//! Source: the token specification of `distribution/distribution`, "Requesting a Token".

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use tokio::time::Instant;

use super::repository::Repository;

/// How long a token is good where nobody says.
const GOOD_FOR: Duration = Duration::from_secs(60);
/// The longest that we believe in one, whatever is said.
const LONGEST: Duration = Duration::from_secs(3600);
/// A token is not used in its last moments: it must still be good when it arrives.
const ON_ITS_WAY: Duration = Duration::from_secs(5);

/// What shows that we may ask: the value of an `Authorization` header.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) header: HeaderValue,
    good_until: Instant,
}

/// What a realm answers.
#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Token {
    /// Reads a realm's answer; `None` if there is no token in it.
    pub(super) fn read(answer: &[u8]) -> Option<Self> {
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        let token = answer.token.or(answer.access_token).filter(|token| !token.is_empty())?;
        let mut header = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        header.set_sensitive(true);
        let good_for = answer.expires_in.map_or(GOOD_FOR, Duration::from_secs).min(LONGEST);
        Some(Self { header, good_until: Instant::now() + good_for.saturating_sub(ON_ITS_WAY) })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// The tokens that we hold, one for each repository.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<HashMap<Repository, Token>>);

impl Tokens {
    /// The token for a repository, while it is good.
    pub(super) fn held(&self, repository: &Repository) -> Option<Token> {
        let mut tokens = self.0.lock();
        tokens.retain(|_, token| Instant::now() < token.good_until);
        tokens.get(repository).cloned()
    }

    /// Keeps a token.
    pub(super) fn keep(&self, repository: &Repository, token: Token) {
        self.0.lock().insert(repository.clone(), token);
    }

    /// Forgets a token that was not taken.
    pub(super) fn forget(&self, repository: &Repository) {
        self.0.lock().remove(repository);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(image: &str) -> Repository {
        Repository::of(&image.parse().expect("an image")).expect("a repository")
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_held_until_shortly_before_its_end() {
        for (answer, good_for) in [
            (r#"{"token": "t", "expires_in": 300}"#, 295),
            (r#"{"access_token": "t", "expires_in": 90}"#, 85),
            (r#"{"token": "t"}"#, 55),
            (r#"{"token": "t", "expires_in": 18446744073709551615}"#, 3595),
        ] {
            let (tokens, repository) = (Tokens::default(), repository("ghcr.io/a/b"));
            tokens.keep(&repository, Token::read(answer.as_bytes()).expect(answer));

            tokio::time::advance(Duration::from_secs(good_for - 1)).await;
            assert!(tokens.held(&repository).is_some(), "{answer}");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert!(tokens.held(&repository).is_none(), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_token_is_for_one_repository() {
        let tokens = Tokens::default();
        tokens.keep(&repository("ghcr.io/a/b"), Token::read(br#"{"token": "t"}"#).unwrap());

        assert!(tokens.held(&repository("ghcr.io/a/c")).is_none());
        assert!(tokens.held(&repository("example.com/a/b")).is_none());
    }

    #[tokio::test]
    async fn what_holds_no_token_is_none() {
        for answer in
            ["", "{}", "[]", r#"{"token": ""}"#, r#"{"token": 1}"#, "{\"token\": \"a\\nb\"}"]
        {
            assert!(Token::read(answer.as_bytes()).is_none(), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_token_is_not_shown() {
        let token = Token::read(br#"{"token": "hush"}"#).unwrap();

        assert!(!format!("{token:?} {:?}", token.header).contains("hush"));
    }
}
