//! What a service counts, in the text format that Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use hyper::StatusCode;
use parking_lot::Mutex;

/// Upper bounds of the latency buckets, in microseconds, and as they are written.
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

/// Counts of production requests since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    by_status: BTreeMap<u16, u64>,
    /// How many requests took at most `BOUNDS[i]`, and longer than the bound before.
    by_latency: [u64; BOUNDS.len()],
    requests: u64,
    total: Duration,
}

impl Metrics {
    /// Counts one request.
    pub(crate) fn count(&self, status: StatusCode, took: Duration) {
        let mut counts = self.0.lock();
        *counts.by_status.entry(status.as_u16()).or_default() += 1;
        if let Some(bucket) = BOUNDS.iter().position(|(bound, _)| took.as_micros() <= *bound) {
            counts.by_latency[bucket] += 1;
        }
        counts.requests += 1;
        counts.total += took;
    }

    /// All counts, as text.
    pub(crate) fn text(&self, service: &str, version: &str, image: &str) -> String {
        let counts = self.0.lock();
        let service = escaped(service);
        let mut text = String::with_capacity(2_048);
        // Writing to a string cannot fail.
        let mut line = |arguments: std::fmt::Arguments<'_>| {
            let _ = writeln!(text, "{arguments}");
        };

        line(format_args!("# HELP http_requests_total Production requests, by status."));
        line(format_args!("# TYPE http_requests_total counter"));
        for (status, count) in &counts.by_status {
            line(format_args!(
                r#"http_requests_total{{service="{service}",status="{status}"}} {count}"#
            ));
        }

        let name = "http_request_duration_seconds";
        line(format_args!("# HELP {name} How long production requests took."));
        line(format_args!("# TYPE {name} histogram"));
        let mut below = 0;
        for ((_, bound), count) in BOUNDS.iter().zip(counts.by_latency) {
            below += count;
            line(format_args!(r#"{name}_bucket{{service="{service}",le="{bound}"}} {below}"#));
        }
        let requests = counts.requests;
        let seconds = counts.total.as_secs_f64();
        line(format_args!(r#"{name}_bucket{{service="{service}",le="+Inf"}} {requests}"#));
        line(format_args!(r#"{name}_sum{{service="{service}"}} {seconds}"#));
        line(format_args!(r#"{name}_count{{service="{service}"}} {requests}"#));

        let (version, image) = (escaped(version), escaped(image));
        line(format_args!("# HELP build_info What runs here."));
        line(format_args!("# TYPE build_info gauge"));
        line(format_args!(
            r#"build_info{{service="{service}",version="{version}",image="{image}"}} 1"#
        ));
        text
    }
}

/// A label's value, as the text format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up_and_labels_are_escaped() {
        let metrics = Metrics::default();
        metrics.count(StatusCode::OK, Duration::from_micros(900));
        metrics.count(StatusCode::OK, Duration::from_millis(7));
        metrics.count(StatusCode::INTERNAL_SERVER_ERROR, Duration::from_secs(9));

        let text = metrics.text("a", "1", "x\"\\\ny");

        for line in [
            r#"http_requests_total{service="a",status="200"} 2"#,
            r#"http_requests_total{service="a",status="500"} 1"#,
            r#"http_request_duration_seconds_bucket{service="a",le="0.001"} 1"#,
            r#"http_request_duration_seconds_bucket{service="a",le="0.01"} 2"#,
            r#"http_request_duration_seconds_bucket{service="a",le="5"} 2"#,
            r#"http_request_duration_seconds_bucket{service="a",le="+Inf"} 3"#,
            r#"http_request_duration_seconds_sum{service="a"} 9.0079"#,
            r#"http_request_duration_seconds_count{service="a"} 3"#,
            r#"build_info{service="a",version="1",image="x\"\\\ny"} 1"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
