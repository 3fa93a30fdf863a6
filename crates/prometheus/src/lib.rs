//! What a Prometheus server answers to a query.
//!
//! A server is an address like any other: it needs a way to it, and nothing else, unless whoever asks
//! shows who it is by headers. Source: the documentation of Prometheus, "HTTP API", instant queries.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use domain::Failure;
use domain::excerpt::Excerpt;
use form_urlencoded::byte_serialize;
use reqwest::{Client, Response};
use serde::Deserialize;
use tokio::time::timeout;

pub use reqwest::Url;

#[cfg(test)]
mod tests;

/// The longest that an answer takes, to its last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer: thousands of samples, where one is usual.
const LARGEST: usize = 1024 * 1024;

/// A name and a value.
pub type Header = (String, String);

/// Who asks Prometheus servers. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Servers {
    /// Made when somebody is asked first, which most documents never want: with TLS the certificates
    /// of the system are read for it.
    client: Arc<LazyLock<Result<Client, String>>>,
    patience: Duration,
}

impl Default for Servers {
    fn default() -> Self {
        let made = || {
            let client = outbound::http().no_proxy().build();
            client.map_err(|error| outbound::cause(&error))
        };
        Self { client: Arc::new(LazyLock::new(made)), patience: PATIENCE }
    }
}

impl Servers {
    /// Asks a server, with the headers that `sign` has for the address that is asked.
    ///
    /// # Errors
    /// [`Failure::Unavailable`], with the server and why it is not known what it would say.
    pub async fn ask(
        &self,
        server: &str,
        query: &str,
        sign: impl AsyncFnOnce(&Url) -> Result<Vec<Header>, String>,
    ) -> Result<Vec<f64>, Failure> {
        let asked = timeout(self.patience, self.exchange(server, query, sign)).await;
        let why = match asked {
            Ok(Ok(samples)) => return Ok(samples),
            Ok(Err(why)) => why,
            Err(_) => format!("no whole answer in {} s", self.patience.as_secs_f32()),
        };
        Err(Failure::Unavailable(format!("could not ask {server}: {why}")))
    }

    async fn exchange(
        &self,
        server: &str,
        query: &str,
        sign: impl AsyncFnOnce(&Url) -> Result<Vec<Header>, String>,
    ) -> Result<Vec<f64>, String> {
        let client =
            (**self.client).as_ref().map_err(|error| format!("no client of HTTP: {error}"))?;
        let address = format!("{}/api/v1/query", server.trim_end_matches('/'));
        let mut address = Url::parse(&address).map_err(|error| error.to_string())?;
        let query: String = byte_serialize(query.as_bytes()).collect();
        // A plus is a space in a form only, and what is signed is not read as one.
        address.set_query(Some(&format!("query={}", query.replace('+', "%20"))));

        let mut request = client.get(address.clone()).header("accept", "application/json");
        for (name, value) in sign(&address).await? {
            request = request.header(name, value);
        }
        let answer = request.send().await;
        let answer = answer.map_err(|error| outbound::cause(&error))?;
        let status = answer.status();
        let kind = answer.headers().get("content-type").and_then(|it| it.to_str().ok());
        let kind = Excerpt::of(kind.unwrap_or("nothing that says what it is")).to_string();
        let body = body(answer).await?;
        let told: Told = serde_json::from_slice(&body)
            .map_err(|_| format!("it answered {status} with {kind}, and not as Prometheus does"))?;
        told.samples()
    }
}

impl workflow::ports::Prometheus for Servers {
    async fn ask(&self, server: &str, query: &str) -> Result<Vec<f64>, Failure> {
        tracing::debug!(call = "prometheus:query", "asked {server}");
        self.ask(server, query, async |_| Ok(Vec::new())).await
    }
}

async fn body(mut answer: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(part) = answer
        .chunk()
        .await
        .map_err(|error| format!("it broke off: {}", outbound::cause(&error)))?
    {
        body.extend_from_slice(&part);
        if body.len() > LARGEST {
            return Err(format!("it answers with more than {LARGEST} bytes"));
        }
    }
    Ok(body)
}

/// An answer, good or not.
#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Told {
    Success {
        data: Data,
    },
    #[serde(rename_all = "camelCase")]
    Error {
        error_type: String,
        error: String,
    },
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "snake_case")]
enum Data {
    Vector(Vec<Sample>),
    Scalar(Value),
}

#[derive(Deserialize)]
struct Sample {
    value: Value,
}

/// When, and what, as text: `[1435781451.781, "1"]`.
#[derive(Deserialize)]
struct Value(#[expect(dead_code, reason = "it is now")] f64, String);

impl Told {
    fn samples(self) -> Result<Vec<f64>, String> {
        let values = match self {
            Self::Error { error_type, error } => {
                return Err(format!("it says {error_type}: {}", Excerpt::of(&error)));
            }
            Self::Success { data: Data::Scalar(value) } => vec![value],
            Self::Success { data: Data::Vector(samples) } => {
                samples.into_iter().map(|sample| sample.value).collect()
            }
        };
        let number = |Value(_, text): Value| {
            text.parse().map_err(|_| format!("{} is no number", Excerpt::of(&text)))
        };
        values.into_iter().map(number).collect()
    }
}
