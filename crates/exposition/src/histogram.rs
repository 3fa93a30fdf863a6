//! How long things took, in buckets.

use std::time::Duration;

use crate::Text;

/// The buckets of requests, in seconds.
const REQUESTS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// How long things took, in buckets.
#[derive(Debug, Clone)]
pub struct Histogram {
    /// Upper bounds of the buckets, in seconds, rising.
    bounds: &'static [f64],
    /// How many took at most `bounds[i]`, and longer than the bound before.
    buckets: Vec<u64>,
    count: u64,
    total: Duration,
}

impl Default for Histogram {
    /// One for requests: from a millisecond to five seconds.
    fn default() -> Self {
        Self::new(&REQUESTS)
    }
}

impl Histogram {
    /// One with buckets up to these bounds, in seconds, rising.
    pub fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, buckets: vec![0; bounds.len()], count: 0, total: Duration::ZERO }
    }

    /// Counts one more.
    pub fn count(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        if let Some(bucket) = self.bounds.iter().position(|bound| seconds <= *bound) {
            self.buckets[bucket] += 1;
        }
        self.count += 1;
        self.total += took;
    }

    /// Writes its lines, each with `labels`, of which there is at least one.
    pub fn write(&self, text: &mut Text, name: &str, labels: &str) {
        let mut below = 0;
        for (bound, count) in self.bounds.iter().zip(&self.buckets) {
            below += count;
            text.line(format_args!(r#"{name}_bucket{{{labels},le="{bound}"}} {below}"#));
        }
        let (count, seconds) = (self.count, self.total.as_secs_f64());
        text.line(format_args!(r#"{name}_bucket{{{labels},le="+Inf"}} {count}"#));
        text.line(format_args!("{name}_sum{{{labels}}} {seconds}"));
        text.line(format_args!("{name}_count{{{labels}}} {count}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let mut histogram = Histogram::new(&[0.5, 60.0]);
        for millis in [500, 501, 60_000, 60_001] {
            histogram.count(Duration::from_millis(millis));
        }

        let mut text = Text::default();
        histogram.write(&mut text, "took_seconds", r#"of="a""#);

        assert_eq!(
            text.finish(),
            r#"took_seconds_bucket{of="a",le="0.5"} 1
took_seconds_bucket{of="a",le="60"} 3
took_seconds_bucket{of="a",le="+Inf"} 4
took_seconds_sum{of="a"} 121.002
took_seconds_count{of="a"} 4
"#
        );
    }
}
