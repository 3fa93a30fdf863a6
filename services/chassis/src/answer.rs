//! Answers one request: the paths that every service has, the failures it was told, then the app.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::{Request, Response};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::app::{App, Call, Method, Reply, StatusCode};
use crate::failing::Spread;
use crate::metrics::Metrics;
use crate::settings::Settings;

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// A running service.
#[derive(Debug)]
pub(crate) struct Running<A> {
    app: A,
    settings: Settings,
    spread: Spread,
    metrics: Metrics,
}

impl<A: App> Running<A> {
    pub(crate) fn new(app: A, settings: Settings) -> Self {
        let spread = Spread::new(settings.fail_rate);
        Self { app, settings, spread, metrics: Metrics::default() }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let method = if head.method == Method::HEAD { Method::GET } else { head.method };
        let path: Vec<_> = head.uri.path().split('/').filter(|part| !part.is_empty()).collect();

        if let Some(reply) = self.probe(&method, &path) {
            return response(reply);
        }

        let began = Instant::now();
        let reply = self.produce(&method, &path, body).await;
        self.metrics.count(reply.status, began.elapsed());
        response(reply)
    }

    /// Answers what watches the service rather than uses it.
    fn probe(&self, method: &Method, path: &[&str]) -> Option<Reply> {
        let settings = &self.settings;
        let reply = match path {
            ["healthz" | "smoke" | "metrics"] if method != Method::GET => {
                Reply::wrong_method("GET")
            }
            ["healthz"] if settings.fail_health => {
                Reply::error(StatusCode::SERVICE_UNAVAILABLE, "told to be unhealthy")
            }
            ["healthz"] => Reply::json(StatusCode::OK, &json!({ "healthy": true })),
            ["smoke"] if settings.fail_smoke => {
                Reply::error(StatusCode::INTERNAL_SERVER_ERROR, "told to fail the smoke request")
            }
            ["smoke"] => {
                let body = json!({ "service": A::NAME, "version": A::VERSION, "works": true });
                Reply::json(StatusCode::OK, &body)
            }
            ["metrics"] => {
                let image = settings.image.as_deref().unwrap_or_default();
                let text = self.metrics.text(A::NAME, A::VERSION, image);
                Reply::text("text/plain; version=0.0.4; charset=utf-8", text)
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
            return Reply::error(StatusCode::INTERNAL_SERVER_ERROR, "told to fail this request");
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
            path => self.app.answer(&Call { method, path, body: &body }),
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
