//! How long to wait before starting a task again.

use std::time::Duration;
use tokio::time::Instant;

/// Growing pauses between starts of tasks that keep failing, as ECS throttles them
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html>).
/// Without them a task that dies at once would be started a hundred times a second.
#[derive(Debug)]
pub(crate) struct Pause {
    first: Duration,
    longest: Duration,
    failures: u32,
    until: Option<Instant>,
}

impl Pause {
    /// Pauses that begin with `first` and double up to `longest`.
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0, until: None }
    }

    /// A task failed.
    pub(crate) fn failed(&mut self, now: Instant) {
        let doubled = self.first.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        self.until = Some(now + doubled.min(self.longest));
    }

    /// A task became healthy: what made the others fail is over.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.until = None;
    }

    /// Until when no task is to be started; `None` when one may be started now.
    pub(crate) fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_a_limit_and_end_with_success() {
        let now = Instant::now();
        let mut pause = Pause::new(Duration::from_millis(250), Duration::from_secs(1));
        assert_eq!(pause.until(now), None);

        let mut millis = Vec::new();
        for _ in 0..40 {
            pause.failed(now);
            millis.push((pause.until(now).unwrap() - now).as_millis());
        }
        assert_eq!(millis[..5], [250, 500, 1_000, 1_000, 1_000]);
        assert_eq!(pause.until(now + Duration::from_secs(1)), None);

        pause.succeeded();
        assert_eq!(pause.until(now), None);
    }
}
