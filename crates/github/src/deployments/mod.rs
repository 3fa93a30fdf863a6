//! The deployments of a repository, as GitHub shows them to people.
//!
//! A deployment of ours is one at GitHub, which is found again by its `task`. What is shown of it is
//! its newest status. GitHub is asked anew each time: nothing is kept between two questions but
//! tokens, and until when GitHub wants to be left alone.

mod access;
#[cfg(feature = "app")]
mod app;
#[cfg(feature = "app")]
mod installation;
mod limit;
mod login;
#[cfg(feature = "app")]
mod tokens;
mod wire;

pub use access::Access;
#[cfg(feature = "app")]
pub use app::App;

use std::fmt;
use std::time::Duration;

use domain::Failure;
use domain::marking::{Light, Mark, Status};
use domain::name::Repository;
use jiff::Timestamp;
use parking_lot::Mutex;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow::ports::{Clock, Statuses};

use crate::http::{self, shortened};
use wire::{Deployment, NewDeployment, NewStatus, Refusal, StatusShown};

/// Where GitHub answers.
pub const GITHUB: &str = "https://api.github.com";

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The longest answer that is read: a hundred deployments with whatever their payloads are.
const LONGEST: usize = 8 * 1024 * 1024;
/// Among so many of the newest deployments of an environment is the one that served before.
const LOOKED_AT: usize = 10;

/// The right that everything here needs.
const RIGHT: &str = "*Deployments: read and write*";

/// A client of GitHub's deployments.
pub struct Deployments<C> {
    client: Result<Client, String>,
    url: String,
    access: Option<Access>,
    #[cfg(feature = "app")]
    tokens: tokens::Tokens,
    /// Until when GitHub wants to be left alone.
    rest: Mutex<Option<Timestamp>>,
    /// What the address begins with at which people find a deployment's log.
    log: Option<String>,
    clock: C,
}

/// What is asked of GitHub.
struct Question<'a> {
    method: Method,
    repository: &'a Repository,
    /// What follows the repository in the address.
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

/// An answer, whatever its status.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl<C: Clock> Statuses for Deployments<C> {
    async fn status(&self, mark: &Mark) -> Result<Option<Status>, Failure> {
        match self.find(mark).await?.first() {
            Some(deployment) => self.newest(&mark.shown.repository, deployment.id).await,
            None => Ok(None),
        }
    }

    async fn show(&self, mark: &Mark) -> Result<(), Failure> {
        let repository = &mark.shown.repository;
        let found = self.find(mark).await?;

        let id = match found.first() {
            Some(deployment) => deployment.id,
            None => self.create(mark).await?.id,
        };
        self.add(mark, id, &mark.status).await?;
        // Of two that asked at the same moment, both may have found nothing.
        for double in found.iter().skip(1) {
            let shown = self.newest(repository, double.id).await?;
            if shown.is_none_or(|shown| shown.light != Light::Inactive) {
                let status = Status::new(Light::Inactive, "is shown elsewhere");
                self.add(mark, double.id, &status).await?;
            }
        }
        Ok(())
    }

    async fn replace(&self, mark: &Mark) -> Result<(), Failure> {
        let repository = &mark.shown.repository;
        let all = self.list(repository, &[("environment", mark.shown.environment.clone())]).await?;
        let others = all.iter().rev().filter(|deployment| deployment.is_beside(mark));

        for other in others.take(LOOKED_AT) {
            let shown = self.newest(repository, other.id).await?;
            if shown.is_some_and(|shown| shown.light == Light::Success) {
                // Each that served replaced the one before it, so there is no other.
                return self.add(mark, other.id, &Status::replaced()).await;
            }
        }
        Ok(())
    }
}

impl<C: Clock> Deployments<C> {
    /// A client that shows `access`, if there is one, to the GitHub at `url`: [`GITHUB`], or a GitHub
    /// Enterprise Server's `https://github.example.com/api/v3`.
    pub fn new(url: &str, access: Option<Access>, clock: C) -> Self {
        let client = outbound::http()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build()
            .map_err(|error| outbound::cause(&error));
        Self {
            client,
            url: url.trim_end_matches('/').to_owned(),
            access,
            #[cfg(feature = "app")]
            tokens: tokens::Tokens::default(),
            rest: Mutex::default(),
            log: None,
            clock,
        }
    }

    /// The same, with what the address begins with at which people find a deployment's log; its id
    /// follows.
    #[must_use]
    pub fn with_logs(self, at: impl Into<String>) -> Self {
        Self { log: Some(at.into()), ..self }
    }

    /// The deployments at GitHub that are this one, the eldest first.
    async fn find(&self, mark: &Mark) -> Result<Vec<Deployment>, Failure> {
        let task = wire::task(&mark.deployment);
        let query = [("environment", mark.shown.environment.clone()), ("task", task)];
        self.list(&mark.shown.repository, &query).await
    }

    /// The newest hundred deployments of a repository for which `query` holds, the eldest first.
    async fn list(
        &self,
        repository: &Repository,
        query: &[(&'static str, String)],
    ) -> Result<Vec<Deployment>, Failure> {
        let question = Question::get(repository, "deployments").with(query);
        let mut found: Vec<Deployment> = self.ask(question).await?;
        found.sort_by_key(|deployment| deployment.id);
        Ok(found)
    }

    async fn create(&self, mark: &Mark) -> Result<Deployment, Failure> {
        let title = Status::new(Light::InProgress, &mark.title).description;
        let new = NewDeployment::of(mark, &title);
        self.ask(Question::post(&mark.shown.repository, "deployments", &new)).await
    }

    /// The newest status of a deployment; none where it has none, or one that we never give.
    async fn newest(&self, repository: &Repository, id: u64) -> Result<Option<Status>, Failure> {
        let path = format!("deployments/{id}/statuses");
        let question = Question::get(repository, &path).with(&[]);
        let shown: Vec<StatusShown> = self.ask(question).await?;
        let newest = shown.into_iter().max_by_key(|status| status.id);
        Ok(newest.and_then(|status| status.read()))
    }

    async fn add(&self, mark: &Mark, id: u64, status: &Status) -> Result<(), Failure> {
        let log = self.log.as_ref().map(|log| format!("{log}{}", mark.deployment));
        let new = NewStatus::of(status, mark, log.as_deref());
        let path = format!("deployments/{id}/statuses");
        let _: StatusShown = self.ask(Question::post(&mark.shown.repository, &path, &new)).await?;
        Ok(())
    }

    /// Asks, with a token, and reads the answer.
    async fn ask<T: DeserializeOwned>(&self, question: Question<'_>) -> Result<T, Failure> {
        let shows = self.shows(question.repository).await?;
        let answer = self.send(&question, &shows).await?;
        // A token may be called back before its time; another one is not.
        #[cfg(feature = "app")]
        let answer = match answer.status {
            StatusCode::UNAUTHORIZED if self.tokens.forget(question.repository) => {
                let shows = self.shows(question.repository).await?;
                self.send(&question, &shows).await?
            }
            _ => answer,
        };
        match answer.status.is_success() {
            true => read(&answer),
            false => Err(question.unanswered(&answer)),
        }
    }

    /// What shows that we may ask about a repository.
    async fn shows(&self, repository: &Repository) -> Result<HeaderValue, Failure> {
        match &self.access {
            Some(Access::Token(header)) => Ok(header.clone()),
            #[cfg(feature = "app")]
            Some(Access::App(app)) => self.installed(app, repository).await,
            None => Err(Failure::Refused(format!(
                "no login to GitHub was given; {repository} needs one with {RIGHT}"
            ))),
        }
    }

    /// Sends a question, unless GitHub wants to be left alone.
    async fn send(&self, question: &Question<'_>, shows: &HeaderValue) -> Result<Answer, Failure> {
        let client = self.client.as_ref().map_err(|error| {
            Failure::Unavailable(format!("could not ask GitHub: no client of HTTP: {error}"))
        })?;
        if let Some(until) = self.rest.lock().filter(|until| self.clock.now() < *until) {
            return Err(limit::told(until));
        }
        let address = question.address(&self.url);
        let request = client
            .request(question.method.clone(), &address)
            .query(&question.query)
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28")
            .header(AUTHORIZATION, shows.clone());
        let request = match &question.body {
            Some(body) => request.json(body),
            None => request,
        };

        tracing::debug!(call = "github:deployments", "asked {} {address}", question.method);
        let answer = request.send().await.map_err(|error| {
            Failure::Unavailable(format!("could not reach GitHub: {}", outbound::cause(&error)))
        })?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = http::read("GitHub", answer, LONGEST).await?;

        let now = self.clock.now();
        if let Some(until) = limit::until(status, &headers, &said(&body), now) {
            *self.rest.lock() = Some(until);
            return Err(limit::told(until));
        }
        Ok(Answer { status, body })
    }
}

impl<'a> Question<'a> {
    fn get(repository: &'a Repository, path: &str) -> Self {
        Self { method: Method::GET, repository, path: path.into(), query: vec![], body: None }
    }

    /// The same with what is listed, a hundred at a time.
    fn with(mut self, query: &[(&'static str, String)]) -> Self {
        self.query.extend_from_slice(query);
        self.query.push(("per_page", "100".into()));
        self
    }

    fn post(repository: &'a Repository, path: &str, body: &impl Serialize) -> Self {
        let body = serde_json::to_value(body).expect("what is sent is texts and lists of them");
        Self {
            method: Method::POST,
            repository,
            path: path.into(),
            query: vec![],
            body: Some(body),
        }
    }

    fn address(&self, url: &str) -> String {
        let Self { repository, path, .. } = self;
        match path.starts_with("app/") {
            true => format!("{url}/{path}"),
            false => format!("{url}/repos/{repository}/{path}"),
        }
    }

    /// What a bad answer means, and what would be right.
    fn unanswered(&self, answer: &Answer) -> Failure {
        let Self { repository, .. } = self;
        let said = said(&answer.body);
        let refused =
            |why: String| Failure::Refused(format!("GitHub answered {}: {why}", answer.status));
        match answer.status.as_u16() {
            401 => refused(format!("the login is not good any more; give one with {RIGHT}")),
            403 => refused(format!("{said}; the login needs {RIGHT} on {repository}")),
            404 => refused(format!("{repository} is not there, or the login lacks {RIGHT} on it")),
            301 | 302 | 307 | 308 => refused(format!(
                "{repository} has another name by now; correct `tell.github.repository`"
            )),
            409 | 422 => {
                let asked = self.body.as_ref().and_then(|body| body["ref"].as_str());
                let remedy = asked.map(|reference| {
                    format!(
                        "; {repository} needs the ref {reference:?}, or `tell.github.ref` another"
                    )
                });
                refused(format!("{said}{}", remedy.unwrap_or_default()))
            }
            _ => Failure::Unavailable(format!("GitHub answered {}: {said}", answer.status)),
        }
    }
}

/// Why GitHub did not do it, in its words.
fn said(body: &[u8]) -> String {
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    match refusal.message.as_str() {
        "" => "it does not say why".into(),
        message => shortened(message),
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        Failure::Unavailable(format!("the answer of GitHub cannot be read: {error}"))
    })
}

impl<C> fmt::Debug for Deployments<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployments")
            .field("url", &self.url)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}
