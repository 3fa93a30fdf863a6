//! The registry of the images: GHCR, or any other that speaks the OCI distribution protocol.
//!
//! What a tag points to is asked anew each time: the only thing that is kept between two questions
//! is a token. Every answer that is not plainly a good one is a failure, so that whatever a registry
//! does, a deployment is refused or tried again, and never another image taken.

mod challenge;
mod login;
mod manifest;
mod realm;
mod repository;
mod token;
mod wire;

#[cfg(test)]
mod tests;

pub use login::Login;

use domain::Failure;
use domain::name::{Digest, Image, Tag};
use domain::platform::Platform;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{ClientBuilder, Method, RequestBuilder, Response, StatusCode};

use crate::http;
use challenge::{Bearer, Challenge};
use repository::Repository;
use token::{Token, Tokens};
use wire::{Patience, Wire};

/// The longest answer of a realm that is read. Tokens of some registries list what they allow.
const LONGEST_TOKEN: usize = 256 * 1024;

/// A client of registries, with a login to one of them or with none.
#[derive(Debug)]
pub struct Registry {
    wire: Wire,
    login: Option<Login>,
    tokens: Tokens,
}

/// What is asked for: a manifest, by tag or digest.
struct Question {
    repository: Repository,
    reference: String,
    /// As people write it: `ghcr.io/acme/checkout:v1`.
    name: String,
}

impl workflow::ports::Registry for Registry {
    async fn digest_of(&self, image: &Image, tag: &Tag) -> Result<Digest, Failure> {
        self.find(Question {
            repository: Repository::of(image)?,
            reference: tag.to_string(),
            name: format!("{image}:{tag}"),
        })
        .await
    }

    async fn has(&self, image: &Image, digest: &Digest) -> Result<(), Failure> {
        let question = Question {
            repository: Repository::of(image)?,
            reference: digest.to_string(),
            name: image.at(digest),
        };
        let found = self.find(question).await?;

        match found == *digest {
            true => Ok(()),
            false => Err(Failure::Unavailable(format!(
                "asked for {}, the registry answered with {found}",
                image.at(digest)
            ))),
        }
    }

    async fn platforms(&self, image: &Image, digest: &Digest) -> Result<Vec<Platform>, Failure> {
        let question = Question {
            repository: Repository::of(image)?,
            reference: digest.to_string(),
            name: image.at(digest),
        };
        let told = async {
            let answer = self.ask(&question, Method::GET).await?;
            manifest::platforms(&question, answer).await
        };
        self.within(&question.repository.registry, told).await
    }
}

impl Registry {
    /// A client that asks with `login` where it is for the registry that is asked.
    pub fn new(login: Option<Login>) -> Self {
        Self::with(outbound::http(), login, Patience::default())
    }

    fn with(builder: ClientBuilder, login: Option<Login>, patience: Patience) -> Self {
        Self { wire: Wire::new(builder, patience), login, tokens: Tokens::default() }
    }

    /// The digest that the registry gives what is asked for, within our patience.
    async fn find(&self, question: Question) -> Result<Digest, Failure> {
        self.within(&question.repository.registry, self.look(&question)).await
    }

    /// What a registry answers, if it does so within our patience.
    async fn within<T>(
        &self,
        registry: &str,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let whole = self.wire.patience.whole;
        tokio::time::timeout(whole, answer).await.unwrap_or_else(|_| {
            let seconds = whole.as_secs_f32();
            Err(Failure::Unavailable(format!("{registry} gave no answer within {seconds} s")))
        })
    }

    async fn look(&self, question: &Question) -> Result<Digest, Failure> {
        let head = self.ask(question, Method::HEAD).await?;

        if head.status() == StatusCode::OK {
            if let Some(digest) = manifest::named(question, &head)? {
                return Ok(digest);
            }
        } else if head.status() != StatusCode::NOT_FOUND {
            return Err(manifest::unexpected(question, &head));
        }
        // The header with the digest is optional, and an answer without a body cannot say why
        // there is nothing. The manifest itself tells both: its digest is that of its bytes.
        let whole = self.ask(question, Method::GET).await?;
        manifest::measured(question, whole).await
    }

    /// Asks for a manifest, with a token or a login where the registry wants one.
    async fn ask(&self, question: &Question, method: Method) -> Result<Response, Failure> {
        let repository = &question.repository;
        let held = self.tokens.held(repository).map(|token| token.header);
        let answer = self.request(question, &method, held.as_ref()).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return self.allowed(question, answer);
        }

        // No token yet, or one that is not taken any more.
        self.tokens.forget(repository);
        let header = self.authorization(question, &answer).await?;
        let answer = self.request(question, &method, Some(&header)).await?;
        self.allowed(question, answer)
    }

    async fn request(
        &self,
        question: &Question,
        method: &Method,
        authorization: Option<&HeaderValue>,
    ) -> Result<Response, Failure> {
        let address = question.repository.manifest(&question.reference);
        tracing::debug!(call = "registry:manifest", "asked {method} {address}");
        self.wire
            .send(&question.repository.registry, |client| {
                let request = client
                    .request(method.clone(), address.clone())
                    .header(ACCEPT, manifest::MEDIA_TYPES.join(", "));
                with(request, authorization)
            })
            .await
    }

    /// What the registry asks for in its answer, as a header.
    async fn authorization(
        &self,
        question: &Question,
        answer: &Response,
    ) -> Result<HeaderValue, Failure> {
        let headers = answer.headers().get_all(WWW_AUTHENTICATE).iter();
        let challenge = Challenge::read(headers.filter_map(|value| value.to_str().ok()));
        match (challenge.bearer, challenge.basic, self.login_to(&question.repository)) {
            (Some(bearer), _, login) => {
                let token = self.token(question, &bearer, login).await?;
                let header = token.header.clone();
                self.tokens.keep(&question.repository, token);
                Ok(header)
            }
            (None, true, Some(login)) => Ok(basic(login)),
            (None, true, None) => Err(self.denied(question, answer.status())),
            (None, false, _) => Err(Failure::Unavailable(format!(
                "{} answered {} without a way in that we know (Bearer or Basic)",
                question.repository.registry,
                answer.status()
            ))),
        }
    }

    async fn token(
        &self,
        question: &Question,
        bearer: &Bearer,
        login: Option<&Login>,
    ) -> Result<Token, Failure> {
        let repository = &question.repository;
        let mut realm = realm::trusted(repository, login, &bearer.realm)?;
        let whom = format!("the realm {}", realm.host_str().unwrap_or_default());
        // We ask for the right to pull this repository, whatever the registry proposes: a token
        // that may do more would be shown to it too.
        let scope = format!("repository:{}:pull", repository.path);
        let service = bearer.service.iter().map(|service| ("service", service));
        realm.query_pairs_mut().extend_pairs(service).append_pair("scope", &scope);
        let authorization = login.map(basic);

        tracing::debug!(call = "registry:token", "asked {whom} for a token");
        let answer = self
            .wire
            .send(&whom, |client| with(client.get(realm.clone()), authorization.as_ref()))
            .await?;
        let answer = self.allowed(question, answer)?;
        if answer.status() != StatusCode::OK {
            return Err(manifest::unexpected(question, &answer));
        }
        let body = http::read(&whom, answer, LONGEST_TOKEN).await?;
        Token::read(&body).ok_or_else(|| {
            Failure::Unavailable(format!(
                "asked {whom} for a token, and there is none in its answer"
            ))
        })
    }

    /// Passes an answer on unless it says that we may not ask.
    fn allowed(&self, question: &Question, answer: Response) -> Result<Response, Failure> {
        match answer.status() {
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                // So that a right given a moment ago counts when we are asked again.
                self.tokens.forget(&question.repository);
                Err(self.denied(question, status))
            }
            _ => Ok(answer),
        }
    }

    fn login_to(&self, repository: &Repository) -> Option<&Login> {
        self.login.as_ref().filter(|login| login.registry() == repository.registry)
    }

    fn denied(&self, question: &Question, status: StatusCode) -> Failure {
        let (registry, path) = (&question.repository.registry, &question.repository.path);
        let answered = format!("{registry} answered {status} for {}", question.name);
        Failure::Refused(match (&self.login, self.login_to(&question.repository)) {
            (_, Some(_)) => format!(
                "{answered}: {path} is not there, or the login lacks the right to read it (on GHCR `read:packages`)"
            ),
            (Some(login), None) => format!(
                "{answered}: the login at hand is for {}; one for {registry} says `\"registry\": \"{registry}\"`",
                login.registry()
            ),
            (None, None) => format!(
                "{answered}: {path} is private or not there, and no login was given; it needs one that may read it (on GHCR a token with `read:packages`)"
            ),
        })
    }
}

fn with(request: RequestBuilder, authorization: Option<&HeaderValue>) -> RequestBuilder {
    match authorization {
        Some(header) => request.header(AUTHORIZATION, header.clone()),
        None => request,
    }
}

/// Source: RFC 7617.
fn basic(login: &Login) -> HeaderValue {
    use base64::Engine;
    let both = format!("{}:{}", login.username(), login.password());
    let both = base64::engine::general_purpose::STANDARD.encode(both);
    let mut header = HeaderValue::from_str(&format!("Basic {both}"))
        .expect("Base64 has only characters that a header may have");
    header.set_sensitive(true);
    header
}
