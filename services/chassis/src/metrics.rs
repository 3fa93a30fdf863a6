//! What a service counts, in the text format that Prometheus reads.

use std::collections::BTreeMap;
use std::time::Duration;

use exposition::{Histogram, Text, label};
use hyper::StatusCode;
use parking_lot::Mutex;

use crate::data::Data;

/// Counts of production requests since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<Requests>);

#[derive(Debug, Default)]
struct Requests {
    by_status: BTreeMap<u16, u64>,
    took: Histogram,
}

/// What runs here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) service: &'a str,
    pub(crate) version: &'a str,
    pub(crate) image: &'a str,
}

impl Metrics {
    /// Counts one request.
    pub(crate) fn count(&self, status: StatusCode, took: Duration) {
        let mut requests = self.0.lock();
        *requests.by_status.entry(status.as_u16()).or_default() += 1;
        requests.took.count(took);
    }

    /// All counts, those of what the service depends on too.
    pub(crate) fn text(&self, about: About<'_>, data: &Data) -> String {
        let mut text = Text::default();
        let service = label("service", about.service);

        self.requests(&mut text, &service);
        dependencies(&mut text, &service, data);

        text.about("build_info", "gauge", "What runs here.");
        let (version, image) = (label("version", about.version), label("image", about.image));
        text.line(format_args!("build_info{{{service},{version},{image}}} 1"));
        text.finish()
    }

    fn requests(&self, text: &mut Text, service: &str) {
        let requests = self.0.lock();
        let name = "http_requests_total";
        text.about(name, "counter", "Production requests, by status.");
        for (status, count) in &requests.by_status {
            text.line(format_args!(r#"{name}{{{service},status="{status}"}} {count}"#));
        }
        let name = "http_request_duration_seconds";
        text.about(name, "histogram", "How long production requests took.");
        requests.took.write(text, name, service);
    }
}

/// The database and the cache.
fn dependencies(text: &mut Text, service: &str, data: &Data) {
    let all: Vec<_> = data
        .dependencies()
        .map(|it| {
            let labels = format!("{service},{}", label("dependency", it.name));
            (labels, it.is_up(), it.counts())
        })
        .collect();

    let name = "dependency_up";
    text.about(name, "gauge", "Whether it answered when it was asked last.");
    for (labels, is_up, _) in &all {
        text.line(format_args!("{name}{{{labels}}} {}", u8::from(*is_up)));
    }
    let name = "dependency_requests_total";
    text.about(name, "counter", "What a dependency was asked, by what came of it.");
    for (labels, _, counts) in &all {
        text.line(format_args!(r#"{name}{{{labels},outcome="answered"}} {}"#, counts.answered));
        text.line(format_args!(r#"{name}{{{labels},outcome="failed"}} {}"#, counts.failed));
    }
    let name = "dependency_request_duration_seconds";
    text.about(name, "histogram", "How long a dependency took to answer, or to fail.");
    for (labels, _, counts) in &all {
        counts.took.write(text, name, labels);
    }

    let name = "database_fallbacks_total";
    text.about(name, "counter", "Reads that the primary answered because the replica could not.");
    text.line(format_args!("{name}{{{service}}} {}", data.database.fallbacks()));
    let name = "cache_lookups_total";
    text.about(name, "counter", "What was looked for in the cache, by whether it was there.");
    for (outcome, count) in data.cache.lookups() {
        text.line(format_args!(r#"{name}{{{service},outcome="{outcome}"}} {count}"#));
    }
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
        let about = About { service: "a", version: "1", image: "x\"\\\ny" };

        let text = metrics.text(about, &Data::in_memory());

        for line in [
            r#"http_requests_total{service="a",status="200"} 2"#,
            r#"http_requests_total{service="a",status="500"} 1"#,
            r#"http_request_duration_seconds_bucket{service="a",le="0.001"} 1"#,
            r#"http_request_duration_seconds_bucket{service="a",le="0.01"} 2"#,
            r#"http_request_duration_seconds_bucket{service="a",le="5"} 2"#,
            r#"http_request_duration_seconds_bucket{service="a",le="+Inf"} 3"#,
            r#"http_request_duration_seconds_sum{service="a"} 9.0079"#,
            r#"http_request_duration_seconds_count{service="a"} 3"#,
            r#"dependency_up{service="a",dependency="embedded"} 1"#,
            r#"cache_lookups_total{service="a",outcome="hit"} 0"#,
            r#"build_info{service="a",version="1",image="x\"\\\ny"} 1"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
