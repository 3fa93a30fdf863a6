//! How long things took, in buckets.

use std::time::Duration;

use super::text::Text;

/// Upper bounds of the buckets, in microseconds, and as they are written.
const BOUNDS: [(u128, &str); 10] = [
    (1_000, "0.001"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
];

/// How long things took, in buckets.
#[derive(Debug, Default, Clone)]
pub(crate) struct Histogram {
    /// How many took at most `BOUNDS[i]`, and longer than the bound before.
    buckets: [u64; BOUNDS.len()],
    count: u64,
    total: Duration,
}

impl Histogram {
    /// Counts one more.
    pub(crate) fn count(&mut self, took: Duration) {
        if let Some(bucket) = BOUNDS.iter().position(|(bound, _)| took.as_micros() <= *bound) {
            self.buckets[bucket] += 1;
        }
        self.count += 1;
        self.total += took;
    }

    /// Writes its lines, each with `labels`.
    pub(super) fn write(&self, text: &mut Text, name: &str, labels: &str) {
        let mut below = 0;
        for ((_, bound), count) in BOUNDS.iter().zip(self.buckets) {
            below += count;
            text.line(format_args!(r#"{name}_bucket{{{labels},le="{bound}"}} {below}"#));
        }
        let (count, seconds) = (self.count, self.total.as_secs_f64());
        text.line(format_args!(r#"{name}_bucket{{{labels},le="+Inf"}} {count}"#));
        text.line(format_args!("{name}_sum{{{labels}}} {seconds}"));
        text.line(format_args!("{name}_count{{{labels}}} {count}"));
    }
}
