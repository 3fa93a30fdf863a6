//! The states of workspaces.
//!
//! The token is shown to HCP Terraform and to nobody else. A state is asked for there, too, and sent on
//! to wherever its bytes are, at an address that is a secret itself: it is followed without the token,
//! and is in no message and no log.

use std::fmt;
use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;

use domain::Failure;
use domain::terraform::Workspace;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use workflow::ports::{Standing, Workspaces};

use crate::body::{Body, too_large};
use crate::wire::{self, Document};

/// Where HCP Terraform answers.
pub const HCP: &str = "https://app.terraform.io";

/// How long a connection may take, an answer, and a whole state.
const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(8);
const STATE: Duration = Duration::from_secs(30);
/// The longest answer that is read, but for a state.
const LONGEST: u64 = 1024 * 1024;
/// How often we are sent on. Once is usual.
const HOPS: usize = 3;

/// What everything here needs.
const RIGHT: &str = "the right to read its runs and state versions";

/// A client of HCP Terraform, or of a Terraform Enterprise.
pub struct Hcp {
    client: Client,
    base: Url,
    token: HeaderValue,
}

impl Hcp {
    /// A client that shows `token` to the HCP Terraform at `url`: [`HCP`], or a Terraform Enterprise's
    /// `https://tfe.example.com`.
    ///
    /// # Errors
    /// [`Failure::Invalid`], which never quotes the token.
    pub fn new(url: &str, token: &str) -> Result<Self, Failure> {
        let invalid = |why: &str| Failure::Invalid(format!("cannot ask HCP Terraform: {why}"));
        let base: Url = url.parse().map_err(|_| invalid("its address is none"))?;
        if !is_safe(&base) {
            return Err(invalid("its address has to begin with https://"));
        }
        let token = token.trim();
        let header = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut header = header.map_err(|_| invalid("the token is no word"))?;
        if token.is_empty() {
            return Err(invalid("the token is empty"));
        }
        header.set_sensitive(true);
        let client = outbound::http()
            .connect_timeout(CONNECT)
            .build()
            .map_err(|error| invalid(&outbound::cause(&error)))?;
        Ok(Self { client, base, token: header })
    }

    /// Asks for something below `/api/v2/`; none if it is not there, or not for us.
    async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &[&str],
    ) -> Result<Option<T>, Failure> {
        let mut address = self.base.clone();
        if let Ok(mut segments) = address.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v2"]).extend(path);
        }
        tracing::debug!(call = "hcp:api", "asked GET {address}");
        let answer = self.get(address, ANSWER).await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err(unanswered(&answer)),
        }

        let read = |mut body: &mut dyn Read| serde_json::from_reader::<_, Document<T>>(&mut body);
        let read = stream("the answer of HCP Terraform", answer, LONGEST, read).await?;
        let document = read.map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::Unavailable(format!(
                "the answer of HCP Terraform is not what was expected (line {line}, column {column})"
            ))
        })?;
        Ok(Some(document.data))
    }

    /// Asks for what is at an address, with the token only where it is for.
    async fn get(&self, address: Url, within: Duration) -> Result<Response, Failure> {
        let is_ours = address.origin() == self.base.origin();
        let mut request = self.client.get(address).timeout(within);
        if is_ours {
            request = request
                .header(ACCEPT, "application/vnd.api+json, application/json")
                .header(AUTHORIZATION, self.token.clone());
        }
        request.send().await.map_err(|error| {
            let whom = if is_ours { "HCP Terraform" } else { "where HCP Terraform keeps a state" };
            Failure::Unavailable(format!("could not reach {whom}: {}", outbound::cause(&error)))
        })
    }

    /// Follows an address to the bytes of a state.
    async fn download(&self, address: &str) -> Result<Response, Failure> {
        let unfollowed = |why: &str| {
            Failure::Unavailable(format!("HCP Terraform does not give the state: {why}"))
        };
        let mut address = self.base.join(address).map_err(|_| unfollowed("its address is none"))?;
        for _ in 0..=HOPS {
            // One on this machine may send us on within it.
            if !is_safe(&address) || (is_loopback(&address) && !is_loopback(&self.base)) {
                return Err(unfollowed("it sends us on to where others could read it"));
            }
            let host = address.host_str().unwrap_or_default().to_owned();
            tracing::debug!(call = "hcp:state", "asked {host} for a state");
            let answer = self.get(address.clone(), STATE).await?;
            let status = answer.status();
            match status.is_redirection() {
                true => {}
                false if status.is_success() => return Ok(answer),
                false if address.origin() == self.base.origin() => return Err(unanswered(&answer)),
                false => return Err(unfollowed(&format!("{host} answered {status}"))),
            }
            let location = answer.headers().get(LOCATION).and_then(|it| it.to_str().ok());
            let next = location.and_then(|location| address.join(location).ok());
            address = next.ok_or_else(|| unfollowed("it sends us on to nowhere"))?;
        }
        Err(unfollowed("it sends us on again and again"))
    }
}

impl Workspaces for Hcp {
    async fn standing(&self, workspace: &Workspace) -> Result<Standing, Failure> {
        let Workspace { organization, name } = workspace;
        let missing = |what: &str| {
            Failure::Refused(format!("HCP Terraform has no {what}, or the token lacks {RIGHT}"))
        };
        let path = ["organizations", organization, "workspaces", name];
        let found: Option<wire::Workspace> = self.ask(&path).await?;
        let found = found.ok_or_else(|| missing(&format!("workspace {workspace}")))?;
        let id = found.id.clone();
        let Some(run) = found.run() else {
            return Ok(Standing { workspace: workspace.clone(), id, applying: None });
        };

        let told: Option<wire::Run> = self.ask(&["runs", &run]).await?;
        let told = told.ok_or_else(|| missing(&format!("run {run} of {workspace}")))?;
        let applying = (told.attributes.status == "applying").then_some(run);
        Ok(Standing { workspace: workspace.clone(), id, applying })
    }

    async fn state<T: Send + 'static>(
        &self,
        standing: &Standing,
        most: u64,
        reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let what = format!("the state of {}", standing.workspace);
        let version: Option<wire::StateVersion> =
            self.ask(&["workspaces", &standing.id, "current-state-version"]).await?;
        let Some(version) = version else { return Ok(None) };
        let Some(address) = version.attributes.hosted_state_download_url else {
            return Err(Failure::Unavailable(format!("{what} is not there yet")));
        };

        let answer = self.download(&address).await?;
        stream(&what, answer, most, reader).await.map(Some)
    }
}

/// What `reader` makes of a body, which is never in memory as a whole.
async fn stream<T: Send + 'static>(
    what: &str,
    answer: Response,
    most: u64,
    reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
) -> Result<T, Failure> {
    if answer.content_length().is_some_and(|length| length > most) {
        return Err(too_large(what, most));
    }
    let mut body = Body::of(answer, most);
    let reading = tokio::task::spawn_blocking(move || (reader(&mut body), body));
    let (made, body) = reading
        .await
        .map_err(|lost| Failure::Unavailable(format!("{what} could not be read: {lost}")))?;
    body.whole(what, most)?;
    Ok(made)
}

/// What a bad answer means, and what would be right.
fn unanswered(answer: &Response) -> Failure {
    let status = answer.status();
    match status.as_u16() {
        401 => Failure::Refused(
            "HCP Terraform does not know the token any more (401): give another one".into(),
        ),
        403 => Failure::Refused(format!("the token lacks {RIGHT} (403)")),
        429 => {
            let after = answer.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok());
            let after = after.and_then(|after| after.parse::<f64>().ok());
            let until = after.map(|it| format!(" for the next {it:.0} s")).unwrap_or_default();
            Failure::Unavailable(format!("HCP Terraform takes no more requests{until} (429)"))
        }
        _ => Failure::Unavailable(format!("HCP Terraform answered {status}")),
    }
}

/// Whether nobody can read along: by TLS, or within this machine.
fn is_safe(address: &Url) -> bool {
    address.scheme() == "https" || (address.scheme() == "http" && is_loopback(address))
}

fn is_loopback(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Debug for Hcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hcp").field("url", &self.base.as_str()).finish_non_exhaustive()
    }
}
