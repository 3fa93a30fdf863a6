//! What time it is for an execution.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Tells the time of day from tokio's clock, so that a paused clock pauses it too.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    base: Timestamp,
    origin: Instant,
}

impl Clock {
    /// A clock on which it is `now` at this moment of tokio's clock.
    pub fn starting_at(now: Timestamp) -> Self {
        Self { base: now, origin: Instant::now() }
    }

    /// The time of day now.
    pub fn now(&self) -> Timestamp {
        self.at(Instant::now())
    }

    /// The time of day at a moment of tokio's clock.
    pub fn at(&self, instant: Instant) -> Timestamp {
        let elapsed = match instant.checked_duration_since(self.origin) {
            Some(since) => SignedDuration::try_from(since),
            None => SignedDuration::try_from(self.origin.duration_since(instant)).map(|ago| -ago),
        };
        elapsed
            .ok()
            .and_then(|elapsed| self.base.checked_add(elapsed).ok())
            .unwrap_or(Timestamp::MAX)
    }
}

/// A timestamp as Step Functions writes it: ISO 8601 in UTC with milliseconds.
pub(crate) fn iso(timestamp: Timestamp) -> String {
    format!("{timestamp:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn the_clock_follows_tokio() {
        let clock = Clock::starting_at("2026-01-01T00:00:00Z".parse().unwrap());

        tokio::time::sleep(Duration::from_millis(90_500)).await;

        assert_eq!(iso(clock.now()), "2026-01-01T00:01:30.500Z");
    }
}
