//! Spans of requests, and of what a request asks the database and the cache.

use hyper::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Layer;

use super::collector::Collector;
use crate::log::Listener;
use crate::settings::BadSettings;

/// Spans on their way to the collector.
#[derive(Debug)]
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends the spans of a service to the collector at `endpoint` from now on.
    pub(crate) fn begin(
        endpoint: &str,
        service: &'static str,
        version: &'static str,
    ) -> Result<Option<(Self, Listener)>, BadSettings> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(Handle::current()))
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| BadSettings::one("OTEL_EXPORTER_OTLP_ENDPOINT", error))?;
        let resource = Resource::builder()
            .with_service_name(service)
            .with_attribute(KeyValue::new("service.version", version));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_batch_exporter(exporter)
            .build();

        let spans = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(service))
            .with_location(false)
            .with_threads(false)
            .with_filter(Targets::new().with_target("chassis", Level::DEBUG));
        Ok(Some((Self(provider), Box::new(spans))))
    }

    /// Sends what is left.
    pub(crate) async fn end(self) {
        // It waits for the runtime, so it must not hold it up. What is lost now is lost.
        let _ = spawn_blocking(move || self.0.shutdown()).await;
    }
}

/// Makes the span of a request part of the trace of whoever sent it, and tells the log which that is.
pub(crate) fn follow(span: &Span, headers: &HeaderMap) {
    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // It fails where nobody listens.
    let _ = span.set_parent(context);
    let trace = span.context().span().span_context().trace_id();
    span.record("trace_id", trace.to_string());
}
