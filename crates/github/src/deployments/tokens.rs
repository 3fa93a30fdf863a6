//! The tokens of an App: its right to show deployments of one repository for an hour.

use std::collections::HashMap;
use std::fmt;

use domain::name::Repository;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use reqwest::header::HeaderValue;
use serde::Deserialize;

use super::login::bearer;

/// A token is not used in its last minutes: clocks differ, and a run of calls must not outlive it.
const ITS_LAST: SignedDuration = SignedDuration::from_mins(5);

/// A token, as a header.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) header: HeaderValue,
    good_until: Timestamp,
}

/// What GitHub answers. Source: the REST API, "Create an installation access token for an app".
#[derive(Deserialize)]
struct Answer {
    token: String,
    expires_at: Timestamp,
}

impl Token {
    /// Reads GitHub's answer; `None` if there is no token in it.
    pub(super) fn read(answer: &[u8]) -> Option<Self> {
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        let header = bearer(&answer.token).filter(|_| !answer.token.is_empty())?;
        Some(Self { header, good_until: answer.expires_at.saturating_sub(ITS_LAST).ok()? })
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
    pub(super) fn held(&self, repository: &Repository, now: Timestamp) -> Option<HeaderValue> {
        let mut tokens = self.0.lock();
        tokens.retain(|_, token| now < token.good_until);
        tokens.get(repository).map(|token| token.header.clone())
    }

    /// Keeps a token.
    pub(super) fn keep(&self, repository: &Repository, token: Token) {
        self.0.lock().insert(repository.clone(), token);
    }

    /// Forgets a token that was not taken. Tells whether there was one.
    pub(super) fn forget(&self, repository: &Repository) -> bool {
        self.0.lock().remove(repository).is_some()
    }
}
