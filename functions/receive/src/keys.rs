//! The secrets of the webhook, kept between deliveries.

use std::cell::RefCell;
use std::time::Duration;

use domain::Failure;
use github::Secrets;
use tokio::time::Instant;

/// How often the secrets are asked for again because a signature does not fit: whoever sends
/// forgeries must not make us ask for each of them.
const RARELY: Duration = Duration::from_secs(60);

/// The secrets that GitHub may sign with. During a rotation that is the current and the previous.
pub(crate) struct Keys<F> {
    ask: F,
    known: RefCell<Option<Secrets>>,
    renewed: RefCell<Option<Instant>>,
}

impl<F: AsyncFn() -> Result<Vec<String>, Failure>> Keys<F> {
    /// Asks for the secrets before the first delivery. If there is no answer, the first delivery
    /// asks again.
    pub(crate) async fn begin(ask: F) -> Self {
        let keys = Self { ask, known: RefCell::default(), renewed: RefCell::default() };
        if let Err(failure) = keys.known().await {
            tracing::warn!("began without the secret of the webhook: {failure}");
        }
        keys
    }

    /// The secrets as they were when they were asked for.
    pub(crate) async fn known(&self) -> Result<Secrets, Failure> {
        let known = self.known.borrow().clone();
        match known {
            Some(secrets) => Ok(secrets),
            None => self.fetch().await,
        }
    }

    /// The secrets as they are now, if they were not asked for a moment ago.
    pub(crate) async fn renewed(&self) -> Option<Secrets> {
        let now = Instant::now();
        let soon = self.renewed.borrow().is_some_and(|last| now.duration_since(last) < RARELY);
        if soon {
            return None;
        }
        self.renewed.replace(Some(now));

        self.fetch()
            .await
            .inspect_err(|failure| {
                tracing::warn!("kept the secret of the webhook as it was: {failure}");
            })
            .ok()
    }

    async fn fetch(&self) -> Result<Secrets, Failure> {
        let mut values = (self.ask)().await?.into_iter();
        let unusable = |error: github::Unusable| Failure::Refused(error.to_string());
        let current = Secrets::new(values.next().unwrap_or_default()).map_err(unusable)?;
        // A previous secret that nobody can sign with is no reason to hear nobody.
        let secrets = match values.next().filter(|previous| !previous.trim().is_empty()) {
            Some(previous) => current.accepting(previous).map_err(unusable)?,
            None => current,
        };

        self.known.replace(Some(secrets.clone()));
        Ok(secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use github::signature::{check, sign};
    use std::cell::Cell;

    fn fits(secrets: &Secrets, key: &str) -> bool {
        check(secrets, Some(&sign(key, b"body")), b"body").is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn secrets_are_asked_for_once_and_again_at_most_once_a_minute() {
        let asked = Cell::new(0);
        let keys = Keys::begin(async || {
            asked.set(asked.get() + 1);
            Ok(vec![format!("key {}", asked.get())])
        })
        .await;

        for _ in 0..3 {
            assert!(fits(&keys.known().await.unwrap(), "key 1"));
        }
        assert!(fits(&keys.renewed().await.unwrap(), "key 2"));
        assert!(keys.renewed().await.is_none(), "a moment ago");
        tokio::time::advance(RARELY.saturating_sub(Duration::from_millis(1))).await;
        assert!(keys.renewed().await.is_none(), "still");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(fits(&keys.renewed().await.unwrap(), "key 3"));
        assert!(fits(&keys.known().await.unwrap(), "key 3"));
        assert_eq!(asked.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn both_secrets_of_a_rotation_fit() {
        let keys = Keys::begin(async || Ok(vec!["new".into(), "old".into()])).await;

        let secrets = keys.known().await.unwrap();
        assert!(fits(&secrets, "new") && fits(&secrets, "old") && !fits(&secrets, "older"));
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_answer_each_delivery_asks_until_there_is_one() {
        let asked = Cell::new(0);
        let keys = Keys::begin(async || {
            asked.set(asked.get() + 1);
            match asked.get() {
                1 | 2 => Err(Failure::Unavailable("no answer".into())),
                3 => Ok(vec![" ".into()]),
                _ => Ok(vec!["key".into(), String::new()]),
            }
        })
        .await;

        assert_eq!(keys.known().await.unwrap_err().name(), "Unavailable");
        assert_eq!(keys.known().await.unwrap_err().name(), "Refused", "an empty secret");
        assert!(fits(&keys.known().await.unwrap(), "key"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_known_stays_known_when_there_is_no_answer() {
        let asked = Cell::new(0);
        let keys = Keys::begin(async || {
            asked.set(asked.get() + 1);
            match asked.get() {
                1 => Ok(vec!["key".into()]),
                _ => Err(Failure::Unavailable("no answer".into())),
            }
        })
        .await;

        assert!(keys.renewed().await.is_none());
        assert!(fits(&keys.known().await.unwrap(), "key"));
    }
}
