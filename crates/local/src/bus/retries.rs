//! How often, how long and how densely a target is told again.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// The retries of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// How often it is tried again after the first time. EventBridge allows 0 to 185.
    pub most: u32,
    /// How old an event may grow. EventBridge allows one minute to 24 hours.
    pub age: Duration,
    /// The pause before the first retry. Each further pause is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for Retries {
    /// EventBridge's own: 185 retries within 24 hours
    /// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>).
    /// It does not publish its pauses; these spread the 185 retries over the 24 hours.
    fn default() -> Self {
        Self {
            most: 185,
            age: Duration::from_hours(24),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(10),
        }
    }
}

impl Retries {
    /// The pause before a retry, counted from 0: a random half to whole of the doubled one, so
    /// that deliveries which failed together do not come back together.
    pub(super) fn pause(&self, retry: u32, jitter: &mut SmallRng) -> Duration {
        let doubled = self.first_pause.saturating_mul(2_u32.saturating_pow(retry));
        doubled.min(self.longest_pause).mul_f64(jitter.random_range(0.5..=1.0))
    }
}

/// The source of jitter.
pub(super) fn jitter(seed: Option<u64>) -> SmallRng {
    seed.map_or_else(|| SmallRng::seed_from_u64(rand::random()), SmallRng::seed_from_u64)
}
