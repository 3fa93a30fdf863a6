//! What a door knows its callers by, kept between deliveries.

use std::cell::RefCell;
use std::time::Duration;

use domain::Failure;
use domain::secrets::Secrets;
use tokio::time::Instant;

/// How often the keys are asked for again because one does not fit: whoever sends forgeries must not
/// make us ask for each of them.
const RARELY: Duration = Duration::from_secs(60);

/// The secrets that callers are known by. During a rotation that is the current and the previous.
#[derive(Debug)]
pub struct Keys<F> {
    ask: F,
    known: RefCell<Option<Secrets>>,
    renewed: RefCell<Option<Instant>>,
}

impl<F: AsyncFn() -> Result<Vec<String>, Failure>> Keys<F> {
    /// Asks for the keys when the first delivery comes that needs them.
    pub fn when_needed(ask: F) -> Self {
        Self { ask, known: RefCell::default(), renewed: RefCell::default() }
    }

    /// Asks for the keys before the first delivery. If there is no answer, the first delivery asks
    /// again.
    pub async fn begin(ask: F) -> Self {
        let keys = Self::when_needed(ask);
        if let Err(failure) = keys.known().await {
            tracing::warn!("began without the secret of the webhook: {failure}");
        }
        keys
    }

    /// What `read` makes of a request by the keys that are known; where none of them fits, by newer
    /// ones, if there are any. `misfits` tells that from other refusals.
    ///
    /// # Errors
    /// As [`known`](Self::known).
    pub async fn read<T, E>(
        &self,
        read: impl Fn(&Secrets) -> Result<T, E>,
        misfits: impl Fn(&E) -> bool,
    ) -> Result<Result<T, E>, Failure> {
        let heard = read(&self.known().await?);
        if heard.as_ref().is_err_and(misfits)
            && let Some(newer) = self.renewed().await
        {
            return Ok(read(&newer));
        }
        Ok(heard)
    }

    /// The keys as they were when they were asked for.
    ///
    /// # Errors
    /// Whatever `ask` fails with; [`Failure::Refused`] if nobody could come in by what it answers.
    pub async fn known(&self) -> Result<Secrets, Failure> {
        let known = self.known.borrow().clone();
        match known {
            Some(keys) => Ok(keys),
            None => self.fetch().await,
        }
    }

    /// The keys as they are now, if they were not asked for a moment ago.
    pub async fn renewed(&self) -> Option<Secrets> {
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
        let secrets = Secrets::kept((self.ask)().await?);
        let secrets = secrets.map_err(|error| Failure::Refused(error.to_string()))?;
        self.known.replace(Some(secrets.clone()));
        Ok(secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// The current secret.
    fn first(secrets: Option<Secrets>) -> Option<String> {
        Some(String::from_utf8_lossy(secrets?.each().next()?).into_owned())
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
            assert_eq!(first(keys.known().await.ok()).as_deref(), Some("key 1"));
        }
        assert_eq!(first(keys.renewed().await).as_deref(), Some("key 2"));
        assert!(keys.renewed().await.is_none(), "a moment ago");
        tokio::time::advance(RARELY.saturating_sub(Duration::from_millis(1))).await;
        assert!(keys.renewed().await.is_none(), "still");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(first(keys.renewed().await).as_deref(), Some("key 3"));
        assert_eq!(first(keys.known().await.ok()).as_deref(), Some("key 3"));
        assert_eq!(asked.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_no_known_key_fits_is_read_by_newer_ones() {
        let asked = Cell::new(0);
        let keys = Keys::begin(async || {
            asked.set(asked.get() + 1);
            Ok(vec![format!("key {}", asked.get())])
        })
        .await;
        let read = async |wanted: &str| {
            let read = |secrets: &Secrets| match first(Some(secrets.clone())) {
                Some(key) if key == wanted => Ok(key),
                _ => Err(()),
            };
            keys.read(read, |()| true).await.expect("there are keys")
        };

        assert_eq!(read("key 1").await.as_deref(), Ok("key 1"));
        assert_eq!(asked.get(), 1, "the known one fits");
        assert_eq!(read("key 2").await.as_deref(), Ok("key 2"));
        assert_eq!(read("key 9").await, Err(()), "and nobody is asked again at once");
        assert_eq!(asked.get(), 2);
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
        assert_eq!(first(keys.known().await.ok()).as_deref(), Some("key"));
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
        assert_eq!(first(keys.known().await.ok()).as_deref(), Some("key"));
    }
}
