//! An App asks as one of its installations, for the one repository that it is about.

use domain::Failure;
use domain::name::Repository;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use workflow::ports::Clock;

use super::app::App;
use super::tokens::Token;
use super::{Answer, Deployments, Question, RIGHT, read, said};

/// Where an App is installed. Source: the REST API, "Get a repository installation for the
/// authenticated app".
#[derive(Debug, Deserialize)]
struct Installation {
    id: u64,
}

impl<C: Clock> Deployments<C> {
    /// What shows that an App may ask about a repository: a token, which is kept for an hour.
    pub(super) async fn installed(
        &self,
        app: &App,
        repository: &Repository,
    ) -> Result<HeaderValue, Failure> {
        let now = self.clock.now();
        if let Some(held) = self.tokens.held(repository, now) {
            return Ok(held);
        }
        let shows = app.shows(now)?;

        let answer = self.send(&Question::get(repository, "installation"), &shows).await?;
        let installation: Installation = match answer.status.is_success() {
            true => read(&answer)?,
            false => return Err(not_installed(repository, &answer)),
        };
        let wanted = json!({
            "repositories": [repository.short()], "permissions": { "deployments": "write" }
        });
        let path = format!("app/installations/{}/access_tokens", installation.id);
        let question = Question::post(repository, &path, &wanted);
        let answer = self.send(&question, &shows).await?;
        if !answer.status.is_success() {
            return Err(not_installed(repository, &answer));
        }
        let token = Token::read(&answer.body).ok_or_else(|| {
            Failure::Unavailable("asked GitHub for a token, and there is none in its answer".into())
        })?;
        self.tokens.keep(repository, token.clone());
        Ok(token.header)
    }
}

fn not_installed(repository: &Repository, answer: &Answer) -> Failure {
    let status = answer.status;
    let what = match status.as_u16() {
        401 => "the App's id or private key is not right".into(),
        403 | 404 | 422 => format!("install the App on {repository}, with {RIGHT}"),
        _ => {
            let said = said(&answer.body);
            return Failure::Unavailable(format!("GitHub answered {status}: {said}"));
        }
    };
    Failure::Refused(format!("GitHub answered {status}: {what}"))
}
