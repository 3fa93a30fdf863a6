//! A cache in this process.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// How much is kept. What comes when it is full is not.
const MOST: usize = 1_000;

/// A cache in this process.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<String, (Instant, Vec<u8>)>>);

impl Memory {
    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let kept = self.0.lock();
        kept.get(key).filter(|(until, _)| *until > Instant::now()).map(|(_, value)| value.clone())
    }

    pub(super) fn put(&self, key: &str, value: Vec<u8>, lasts: Duration) {
        let now = Instant::now();
        let mut kept = self.0.lock();
        if kept.len() >= MOST {
            kept.retain(|_, (until, _)| *until > now);
        }
        if kept.len() < MOST {
            kept.insert(key.to_owned(), (now + lasts, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTS: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_forgotten_in_time() {
        let memory = Memory::default();
        memory.put("tea", b"750".to_vec(), LASTS);

        assert_eq!(memory.get("tea").as_deref(), Some(b"750".as_slice()));
        assert_eq!(memory.get("cup"), None);
        tokio::time::advance(LASTS).await;
        assert_eq!(memory.get("tea"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_cache_takes_more_when_some_is_old() {
        let memory = Memory::default();
        for number in 0..MOST {
            memory.put(&number.to_string(), Vec::new(), LASTS);
        }

        memory.put("tea", Vec::new(), LASTS);
        assert_eq!(memory.get("tea"), None);

        tokio::time::advance(LASTS).await;
        memory.put("tea", Vec::new(), LASTS);
        assert!(memory.get("tea").is_some());
    }
}
