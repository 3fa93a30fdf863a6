//! Which requests fail when a share of them shall.

use std::sync::atomic::{AtomicU64, Ordering};

/// Spreads failures evenly over requests: of any run of requests the wanted share fails, give or
/// take one. Chance would make an alarm ring in one run of a demo and not in the next.
#[derive(Debug)]
pub(crate) struct Spread {
    /// How many requests in [`WHOLE`] fail.
    share: u64,
    seen: AtomicU64,
}

/// The share of all requests.
const WHOLE: u64 = 1_000_000;

impl Spread {
    /// Lets `share` (0 to 1) of the requests fail.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of 0 to 1 of a million is a small whole number"
    )]
    pub(crate) fn new(share: f64) -> Self {
        let share = (share.clamp(0.0, 1.0) * WHOLE as f64).round() as u64;
        Self { share, seen: AtomicU64::new(0) }
    }

    /// Whether the next request fails.
    pub(crate) fn fails_next(&self) -> bool {
        let before = self.seen.fetch_add(1, Ordering::Relaxed) % WHOLE;
        (before + 1) * self.share / WHOLE > before * self.share / WHOLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_of_requests_has_its_share_of_failures() {
        for (share, of_a_hundred) in [(0.0, 0), (0.2, 20), (0.5, 50), (0.01, 1), (1.0, 100)] {
            let spread = Spread::new(share);
            for _ in 0..50 {
                let failed = (0..100).filter(|_| spread.fails_next()).count();
                assert_eq!(failed, of_a_hundred, "share {share}");
            }
        }
    }
}
