//! Answers one request: the paths that every service has, the failures it was told, then the app.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::{HeaderMap, Request, Response};
use serde_json::json;
use tokio::time::{Instant, sleep};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::app::{App, Call, Method, Reply, StatusCode};
use crate::data::Data;
use crate::failing::Spread;
use crate::metrics::{About, Metrics};
use crate::settings::Settings;
use crate::traces;
use crate::trouble::Trouble;

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// A running service.
#[derive(Debug)]
pub(crate) struct Running<A> {
    app: A,
    data: Arc<Data>,
    settings: Settings,
    spread: Spread,
    metrics: Metrics,
}

impl<A: App> Running<A> {
    pub(crate) fn new(data: Arc<Data>, settings: Settings) -> Self {
        let (app, spread) = (A::new(Arc::clone(&data)), Spread::new(settings.fail_rate));
        Self { app, data, settings, spread, metrics: Metrics::default() }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let method = if head.method == Method::HEAD { Method::GET } else { head.method };
        let path: Vec<_> = head.uri.path().split('/').filter(|part| !part.is_empty()).collect();

        if let Some(reply) = self.probe(&method, &path).await {
            return response(reply);
        }

        let began = Instant::now();
        let span = span(&method, &path, &head.headers);
        let reply = self.produce(&method, &path, body).instrument(span.clone()).await;
        self.metrics.count(reply.status, began.elapsed());
        span.record("http.response.status_code", reply.status.as_u16());
        response(reply)
    }

    /// Answers what watches the service rather than uses it.
    async fn probe(&self, method: &Method, path: &[&str]) -> Option<Reply> {
        let settings = &self.settings;
        let reply = match path {
            ["healthz" | "readyz" | "smoke" | "metrics"] if method != Method::GET => {
                Reply::wrong_method("GET")
            }
            ["healthz"] if settings.fail_health => {
                Reply::error(StatusCode::SERVICE_UNAVAILABLE, "told to be unhealthy")
            }
            ["healthz"] => Reply::json(StatusCode::OK, &json!({ "healthy": true })),
            ["readyz"] => {
                let readiness = self.data.readiness(A::WRITES).await;
                let status = match readiness.ready {
                    true => StatusCode::OK,
                    false => StatusCode::SERVICE_UNAVAILABLE,
                };
                Reply::json(status, &readiness)
            }
            ["smoke"] if settings.fail_smoke => {
                Reply::error(StatusCode::INTERNAL_SERVER_ERROR, "told to fail the smoke request")
            }
            ["smoke"] => {
                let body = json!({ "service": A::NAME, "version": A::VERSION, "works": true });
                Reply::json(StatusCode::OK, &body)
            }
            ["metrics"] => {
                let image = settings.image.as_deref().unwrap_or_default();
                let about = About { service: A::NAME, version: A::VERSION, image };
                let text = self.metrics.text(about, &self.data);
                Reply::text(exposition::CONTENT_TYPE, text)
            }
            _ => return None,
        };
        Some(reply)
    }

    /// Answers a production request.
    async fn produce(&self, method: &Method, path: &[&str], body: Incoming) -> Reply {
        if !self.settings.slow.is_zero() {
            sleep(self.settings.slow).await;
        }
        if self.spread.fails_next() {
            let what = "told to fail this request";
            tracing::warn!(%method, path = path.join("/"), "{what}");
            return Reply::error(StatusCode::INTERNAL_SERVER_ERROR, what);
        }

        let body = match Limited::new(body, LARGEST_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                let what = format!("the body has more than {LARGEST_BODY} bytes; send less");
                return Reply::error(StatusCode::PAYLOAD_TOO_LARGE, what);
            }
            Err(error) => return Reply::error(StatusCode::BAD_REQUEST, error.to_string()),
        };

        match path {
            [] if method == Method::GET => self.introduction(),
            [] => Reply::wrong_method("GET"),
            path => {
                let answer = self.app.answer(&Call { method, path, body: &body }).await;
                answer.unwrap_or_else(|trouble| failed(method, path, &trouble))
            }
        }
    }

    fn introduction(&self) -> Reply {
        let image = self.settings.image.as_deref();
        let digest = image.and_then(|image| image.split_once('@')).map(|(_, digest)| digest);
        let body = json!({
            "service": A::NAME,
            "version": A::VERSION,
            "image": image,
            "digest": digest,
        });
        Reply::json(StatusCode::OK, &body)
    }
}

/// What a trace tells of a request. The collector groups by the name, so no id is in it.
fn span(method: &Method, path: &[&str], headers: &HeaderMap) -> Span {
    let span = tracing::debug_span!(
        "request",
        trace_id = Empty,
        otel.name = Empty,
        otel.kind = "server",
        http.request.method = %method,
        http.response.status_code = Empty,
    );
    if !span.is_disabled() {
        let first = path.first().copied().unwrap_or_default();
        span.record("otel.name", format!("{method} /{first}"));
        traces::follow(&span, headers);
    }
    span
}

/// Who asked learns that it failed; why is nobody's business but ours.
fn failed(method: &Method, path: &[&str], trouble: &Trouble) -> Reply {
    let path = path.join("/");
    match trouble {
        Trouble::Gone(why) => {
            tracing::warn!(%method, path, "{method} /{path} failed: {why}");
            let what = "the database is gone; try again soon";
            Reply::error(StatusCode::SERVICE_UNAVAILABLE, what)
        }
        Trouble::Refused(why) => {
            tracing::error!(%method, path, "{method} /{path} failed: {why}");
            let what = "the database does not do what it is asked";
            Reply::error(StatusCode::INTERNAL_SERVER_ERROR, what)
        }
    }
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some(allowed) = reply.allowed {
        headers.insert(ALLOW, HeaderValue::from_static(allowed));
    }
    if let Some(location) = reply.location.and_then(|path| HeaderValue::try_from(path).ok()) {
        headers.insert(LOCATION, location);
    }
    response
}
