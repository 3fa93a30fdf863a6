//! The cache of a service: a Redis, or one in this process. It makes a service quicker, and no request
//! fails for it.

mod memory;
mod redis;
mod resp;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use memory::Memory;
use redis::Redis;

use crate::dependency::Dependency;
use crate::ready::Standing;
use crate::settings::CachePlace;
use crate::tls::Tls;
use crate::trouble::Trouble;

/// The cache of a service.
#[derive(Debug)]
pub struct Cache {
    service: &'static str,
    kind: Kind,
    dependency: Dependency,
    hits: AtomicU64,
    misses: AtomicU64,
    failures: AtomicU64,
}

#[derive(Debug)]
enum Kind {
    Memory(Memory),
    Redis(Redis),
}

impl Cache {
    /// The cache in that place, which is not asked yet.
    pub(crate) fn open(service: &'static str, place: &CachePlace, tls: Option<&Tls>) -> Self {
        let kind = match place {
            CachePlace::Memory => Kind::Memory(Memory::default()),
            CachePlace::Redis(place) => Kind::Redis(Redis::new(place, tls)),
        };
        let dependency = Dependency::new("cache");
        let [hits, misses, failures] = [const { AtomicU64::new(0) }; 3];
        Self { service, kind, dependency, hits, misses, failures }
    }

    /// What was put there, if it is there and still means something.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let key = self.key(key);
        let found = self.dependency.asked("GET", async {
            match &self.kind {
                Kind::Memory(memory) => Ok(memory.get(&key)),
                Kind::Redis(redis) => redis.ask(&self.dependency, &[b"GET", key.as_bytes()]).await,
            }
        });
        let found = found.await.map(|found| serde_json::from_slice(&found?).ok());

        let count = match &found {
            Ok(Some(_)) => &self.hits,
            Ok(None) => &self.misses,
            Err(_) => &self.failures,
        };
        count.fetch_add(1, Ordering::Relaxed);
        found.unwrap_or_default()
    }

    /// Puts something there for a while, if it can.
    pub async fn put(&self, key: &str, value: &impl Serialize, lasts: Duration) {
        let key = self.key(key);
        let Ok(value) = serde_json::to_vec(value) else { return };
        let put = self.dependency.asked("SET", async {
            match &self.kind {
                Kind::Memory(memory) => memory.put(&key, value, lasts),
                Kind::Redis(redis) => {
                    let lasts = lasts.as_millis().to_string();
                    let words = [b"SET", key.as_bytes(), &value, b"PX", lasts.as_bytes()];
                    redis.ask(&self.dependency, &words).await?;
                }
            }
            Ok(())
        });
        // Why not was counted and logged.
        let _ = put.await;
    }

    /// Services share a cache.
    fn key(&self, key: &str) -> String {
        format!("{}/{key}", self.service)
    }

    /// How it stands by now. No service needs it.
    pub(crate) async fn standing(&self) -> Standing {
        let found: Result<(), Trouble> = match &self.kind {
            Kind::Memory(_) => Ok(()),
            Kind::Redis(redis) => {
                let asking = redis.ask(&self.dependency, &[b"PING"]);
                self.dependency.asked("PING", asking).await.map(drop)
            }
        };
        Standing::new("cache", false, found)
    }

    pub(crate) fn dependency(&self) -> &Dependency {
        &self.dependency
    }

    /// How often something was there, was not, and how often nobody could tell.
    pub(crate) fn lookups(&self) -> [(&'static str, u64); 3] {
        let all = [("hit", &self.hits), ("miss", &self.misses), ("failed", &self.failures)];
        all.map(|(outcome, count)| (outcome, count.load(Ordering::Relaxed)))
    }
}
