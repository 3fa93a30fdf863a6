//! What a listener counted: requests, errors and how long answers took.

use serde::{Deserialize, Serialize};

/// Bounds of the latency buckets, in milliseconds; the last bucket has no bound.
const BOUNDS: [u32; 15] = [1, 2, 3, 5, 8, 13, 20, 35, 60, 100, 200, 500, 1_000, 5_000, 30_000];

/// Requests counted over some time. Counts of neighbouring times add up with [`Traffic::merge`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// All requests that were answered, or failed to be.
    pub requests: u64,
    /// Answers of status 500 and above that the target gave.
    pub server_errors: u64,
    /// Requests that no target answered: refused, broken off, timed out, or nobody to ask.
    pub unanswered: u64,
    /// How many answers took at most [`BOUNDS`]`[i]` milliseconds and more than the bound before.
    latency: [u64; BOUNDS.len() + 1],
    /// The sum of all times, in microseconds.
    latency_micros: u64,
}

impl Traffic {
    /// Counts one request with its status (`None`: nobody answered) and its time.
    pub fn count(&mut self, status: Option<u16>, micros: u64) {
        self.requests += 1;
        match status {
            None => self.unanswered += 1,
            Some(status) if status >= 500 => self.server_errors += 1,
            Some(_) => {}
        }

        let bucket = BOUNDS.iter().position(|bound| micros <= u64::from(*bound) * 1_000);
        self.latency[bucket.unwrap_or(BOUNDS.len())] += 1;
        self.latency_micros += micros;
    }

    /// Adds what was counted elsewhere or at another time.
    pub fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.server_errors += other.server_errors;
        self.unanswered += other.unanswered;
        for (mine, theirs) in self.latency.iter_mut().zip(other.latency) {
            *mine += theirs;
        }
        self.latency_micros += other.latency_micros;
    }

    /// Failed requests, answered badly or not at all, as a share of 0 to 1; `None` without requests.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn error_rate(&self) -> Option<f64> {
        let failed = self.server_errors + self.unanswered;
        (self.requests > 0).then(|| failed as f64 / self.requests as f64)
    }

    /// The mean time to answer, in milliseconds; `None` without requests.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn mean_millis(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.latency_micros as f64 / 1_000.0 / self.requests as f64)
    }

    /// The time within which `quantile` (0 to 1) of the requests were answered, in milliseconds,
    /// rounded up to the next bucket bound; `None` without requests.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts stay far below 2^52 and the rank is never negative"
    )]
    pub fn quantile_millis(&self, quantile: f64) -> Option<f64> {
        if self.requests == 0 {
            return None;
        }

        let rank = (quantile.clamp(0.0, 1.0) * self.requests as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (count, bound) in self.latency.iter().zip(BOUNDS) {
            seen += count;
            if seen >= rank {
                return Some(f64::from(bound));
            }
        }
        Some(f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_neighbouring_times_add_up() {
        let mut morning = Traffic::default();
        morning.count(Some(200), 900);
        morning.count(Some(503), 40_000);
        let mut noon = Traffic::default();
        noon.count(None, 1_100);
        noon.count(Some(404), 1_100);

        morning.merge(&noon);

        assert_eq!(morning.requests, 4);
        assert_eq!(
            morning.error_rate(),
            Some(0.5),
            "a 404 is the client's error, not the server's"
        );
        assert_eq!(morning.quantile_millis(0.75), Some(2.0));
        assert_eq!(morning.quantile_millis(1.0), Some(60.0));
    }

    #[test]
    fn nothing_measured_is_not_zero() {
        assert_eq!(Traffic::default().error_rate(), None);
        assert_eq!(Traffic::default().quantile_millis(0.99), None);
    }
}
