//! A running daemon, asked over HTTP.

use std::future::Future;
use std::io;
use std::time::Duration;

use clap::Args;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Builder;

use crate::problem::{Problem, Trouble};

/// Beyond the 20 seconds that the daemon lets a follower wait for news.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which daemon.
#[derive(Debug, Clone, Args)]
pub(crate) struct At {
    /// Where `cutover local` listens
    #[arg(
        long,
        env = "CUTOVER_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8420"
    )]
    server: Url,
    /// The daemon's API token, if it asks for one
    #[arg(long, env = "CUTOVER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// A daemon that can be asked.
#[derive(Debug)]
pub(crate) struct Server {
    url: Url,
    token: Option<String>,
    client: Client,
}

/// Why a daemon did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// Nobody answers.
    Away(String),
    /// It refuses, with this status and sentence.
    Refused(u16, String),
}

impl At {
    /// The daemon. Whether it is there shows when it is asked.
    pub(crate) fn server(self) -> Result<Server, Trouble> {
        let Self { server: url, token } = self;
        if url.scheme() != "http" || url.host().is_none() {
            return Err(Problem::with("--server", format!("`{url}` is no address of a daemon"))
                .remedy("give one like http://127.0.0.1:8420; for TLS put a proxy before it")
                .into());
        }
        let client = outbound::http().no_proxy().build();
        let client =
            client.map_err(|error| Trouble::system("ask over HTTP")(io::Error::other(error)))?;
        Ok(Server { url, token, client })
    }
}

impl Server {
    /// `GET /api…`.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Unanswered> {
        self.read(self.request(Method::GET, path)).await
    }

    /// `GET /api…?…`.
    pub(crate) async fn get_with<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Unanswered> {
        let mut url = self.api(path);
        url.query_pairs_mut().extend_pairs(query);
        self.read(self.authorised(self.client.get(url))).await
    }

    /// `POST /api…` with a JSON body.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Unanswered> {
        self.read(self.request(Method::POST, path).json(body)).await
    }

    /// `POST` of raw bytes to a path outside of the API.
    pub(crate) async fn deliver(
        &self,
        path: &[&str],
        headers: &[(&str, String)],
        body: String,
    ) -> Result<Value, Unanswered> {
        let mut request = self.client.post(self.at(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.read(request).await
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.authorised(self.client.request(method, self.api(path)))
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn api(&self, path: &[&str]) -> Url {
        self.at(&[&["api"], path].concat())
    }

    fn at(&self, path: &[&str]) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Unanswered> {
        let answered = request.timeout(PATIENCE).send().await;
        let response = answered.map_err(|error| Unanswered::Away(outbound::cause(&error)))?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        response.json().await.map_err(|error| {
            Unanswered::Away(format!(
                "its answer is not that of Cutover: {}",
                outbound::cause(&error)
            ))
        })
    }

    /// What a person is told.
    pub(crate) fn trouble(&self, what: &str, unanswered: Unanswered) -> Trouble {
        match unanswered {
            Unanswered::Away(why) => {
                let url = self.url.as_str().trim_end_matches('/');
                let told = format!(
                    "no daemon answers at {url} ({why}); start it with `cutover local --config \
                     FILE`, or say with --server where it is"
                );
                Trouble::system(what)(io::Error::other(told))
            }
            Unanswered::Refused(400 | 401 | 403 | 404 | 415, message) => {
                Problem::with(what, message).into()
            }
            Unanswered::Refused(_, message) => Trouble::system(what)(io::Error::other(message)),
        }
    }
}

async fn refusal(response: Response) -> Unanswered {
    let status = response.status();
    let body = response.json::<Value>().await.unwrap_or_default();
    let message = body["message"].as_str().map(str::to_owned);
    Unanswered::Refused(status.as_u16(), message.unwrap_or_else(|| format!("it answers {status}")))
}

/// Runs what waits for answers.
pub(crate) fn run<T>(asking: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(Trouble::system("begin"))?.block_on(asking)
}
