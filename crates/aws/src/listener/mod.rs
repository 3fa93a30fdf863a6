//! Smoke requests to green, through the load balancer's test listener.
//!
//! The test listener is an address like any other, so this is plain HTTP: it needs no permission of
//! AWS, only a way to the load balancer.

use std::sync::OnceLock;
use std::time::Duration;

use domain::Failure;
use domain::evidence::Answer;
use domain::service::{ServiceDocument, Smoke};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, Request, Response, Url};
use tokio::time::{Instant, timeout};
use workflow::ports::Probe;

#[cfg(test)]
mod tests;

/// What of a body is kept.
const BODY: usize = 64 * 1024;

/// Who asks green through the test listener.
#[derive(Debug, Default)]
pub struct TestListener {
    /// Made when green is asked first: the certificates of the system are read for it.
    client: OnceLock<Result<Client, String>>,
}

impl TestListener {
    /// A client that asks once, on a connection of its own.
    pub fn new() -> Self {
        Self::default()
    }

    #[cfg(test)]
    fn with(builder: ClientBuilder) -> Self {
        Self { client: made(builder).into() }
    }
}

fn made(builder: ClientBuilder) -> Result<Client, String> {
    let client = builder
        // A connection that was kept and broke would be held against green.
        .pool_max_idle_per_host(0)
        // Green is asked through the load balancer and nothing else.
        .no_proxy()
        .build();
    client.map_err(|error| outbound::cause(&error))
}

impl Probe for TestListener {
    async fn ask(
        &self,
        service: &ServiceDocument,
        smoke: &Smoke,
    ) -> Result<Result<Answer, String>, Failure> {
        let client = self.client.get_or_init(|| made(outbound::http()));
        let client = client.as_ref().map_err(|error| {
            Failure::Unavailable(format!("could not ask green: no client of HTTP: {error}"))
        })?;
        let request = request(service, smoke)?;
        // A little more than a good answer takes, so that "too slow" can be told from "never".
        let patience = smoke.within_ms.saturating_mul(2).clamp(1_000, 30_000);
        tracing::debug!(call = "listener:request", "asked {} {}", request.method(), request.url());

        let began = Instant::now();
        let answer = timeout(Duration::from_millis(patience), exchange(client, request)).await;

        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(match answer {
            Ok(answer) => answer.map(|(status, body)| Answer {
                status,
                body: String::from_utf8_lossy(&body).into_owned(),
                millis,
            }),
            Err(_) => Err(format!("no whole answer within {patience} ms")),
        })
    }
}

/// The request, or what in the document makes it impossible.
fn request(service: &ServiceDocument, smoke: &Smoke) -> Result<Request, Failure> {
    let method = Method::from_bytes(smoke.method.as_str().as_bytes())
        .map_err(|error| Failure::Invalid(format!("at `checks.smoke`: {error}")))?;
    let mut request = Request::new(method, address(service, smoke)?);
    for (name, value) in &smoke.headers {
        let parsed = (name.parse::<HeaderName>().ok()).zip(HeaderValue::from_str(value).ok());
        let (name, value) = parsed.ok_or_else(|| {
            Failure::Invalid(format!(
                "at `checks.smoke`: the header `{name}` of {} cannot be sent: its value has characters that no header may have",
                smoke.path
            ))
        })?;
        let headers: &mut HeaderMap = request.headers_mut();
        headers.append(name, value);
    }
    Ok(request)
}

/// Where a smoke request goes: the test listener's address with the path behind it.
fn address(service: &ServiceDocument, smoke: &Smoke) -> Result<Url, Failure> {
    let invalid = |what: String| {
        Failure::Invalid(format!(
            "at `checks.test_url`: {what}; write where the test listener answers, such as \"https://test.example.com:8443\""
        ))
    };
    let written = service.checks.test_url.as_deref().ok_or_else(|| {
        invalid(format!("{} has smoke requests, and no address to send them to", service.name))
    })?;
    let base = Url::parse(written).map_err(|error| invalid(format!("{written:?}: {error}")))?;
    let plain = matches!(base.scheme(), "http" | "https")
        && base.has_host()
        && base.username().is_empty()
        && base.password().is_none()
        && base.query().is_none()
        && base.fragment().is_none();
    if !plain {
        return Err(invalid(format!("{written:?} is not http:// or https:// and a host alone")));
    }

    let whole = format!("{}{}", base.as_str().trim_end_matches('/'), smoke.path);
    Url::parse(&whole).map_err(|error| invalid(format!("{whole:?}: {error}")))
}

async fn exchange(client: &Client, request: Request) -> Result<(u16, Vec<u8>), String> {
    let listener = authority(request.url());
    let mut answer: Response =
        client.execute(request).await.map_err(|error| silence(&listener, &error))?;
    let mut body = Vec::new();
    let broke =
        |error: reqwest::Error| format!("the answer broke off: {}", outbound::cause(&error));
    while let Some(chunk) = answer.chunk().await.map_err(broke)? {
        let taken = chunk.len().min(BODY - body.len());
        body.extend_from_slice(&chunk[..taken]);
        if body.len() == BODY {
            break;
        }
    }
    Ok((answer.status().as_u16(), body))
}

/// Why there is no answer, as a sentence.
fn silence(listener: &str, error: &reqwest::Error) -> String {
    let cause = outbound::cause(error);
    // The words of `rustls`, which a test holds us to.
    match cause.strip_prefix("invalid peer certificate: ") {
        Some("UnknownIssuer") => {
            format!("the certificate of {listener} is issued by nobody who is trusted here")
        }
        Some(why) => format!("the certificate of {listener} is not good: {why}"),
        None if cause.contains("InvalidContentType") => {
            format!("{listener} does not speak TLS, and `checks.test_url` says https")
        }
        None if error.is_connect() => format!("cannot connect to {listener}: {cause}"),
        None => cause,
    }
}

/// The host of an address and its port.
fn authority(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    let port = address.port_or_known_default().unwrap_or_default();
    format!("{host}:{port}")
}
