//! The digest of a manifest, as a registry tells it or as its bytes have it.
//!
//! Source: the OCI distribution specification, "Pulling manifests" and "Error Codes".

use domain::Failure;
use domain::name::Digest;
use domain::platform::Platform;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Question;
use crate::http::{self, shortened};

/// What an image is described by: an index of several architectures, or the manifest of one.
pub(super) const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// The longest manifest there is: a registry need take no longer one.
const LONGEST: usize = 4 * 1024 * 1024;
/// The longest explanation that is read.
const LONGEST_ERROR: usize = 64 * 1024;

/// Source: the OCI distribution specification, "Legacy Docker support HTTP headers".
const DIGEST: &str = "docker-content-digest";

/// What a registry says when it has no manifest to show.
#[derive(Deserialize)]
struct Errors {
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    code: String,
}

/// An index, as far as it is read. A manifest of one architecture is one of none.
#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    platform: Option<Platform>,
}

/// The digest that the headers of a good answer name, if they name one.
pub(super) fn named(question: &Question, answer: &Response) -> Result<Option<Digest>, Failure> {
    let headers = answer.headers();
    if let Some(found) = headers.get(CONTENT_TYPE) {
        let found = String::from_utf8_lossy(found.as_bytes());
        let media_type = found.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !MEDIA_TYPES.contains(&media_type.as_str()) {
            let what = format!("the media type {:?}, which is that of no image", shortened(&found));
            return Err(untrusted(question, &what));
        }
    }

    let mut all = headers.get_all(DIGEST).iter().map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.parse::<Digest>().map_err(|error| untrusted(question, &format!("a digest: {error}")))
    });
    let first = all.next().transpose()?;
    match all.find(|other| other.as_ref().ok() != first.as_ref()) {
        Some(_) => Err(untrusted(question, "two digests at once")),
        None => Ok(first),
    }
}

/// The digest of the manifest that an answer holds, by its bytes; or why it holds none.
pub(super) async fn measured(question: &Question, answer: Response) -> Result<Digest, Failure> {
    whole(question, answer).await.map(|(digest, _)| digest)
}

/// What the image is built for that an answer describes: what its index names. The manifest of one
/// architecture does not say which; that stands in a blob, which registries give from elsewhere.
///
/// Source: the OCI image specification, "Image Index"; attestations stand in it as `unknown`.
pub(super) async fn platforms(
    question: &Question,
    answer: Response,
) -> Result<Vec<Platform>, Failure> {
    let (digest, body) = whole(question, answer).await?;
    if question.reference != digest.as_str() {
        return Err(untrusted(question, "a manifest that does not have the digest it names"));
    }
    let index: Index = serde_json::from_slice(&body)
        .map_err(|error| untrusted(question, &format!("a manifest that is none: {error}")))?;
    let platforms = index.manifests.into_iter().filter_map(|it| it.platform);
    let mut platforms: Vec<_> = platforms.filter(|it| it.os != "unknown").collect();
    platforms.sort();
    platforms.dedup();
    Ok(platforms)
}

/// The manifest that an answer holds, with its digest; or why it holds none.
async fn whole(question: &Question, answer: Response) -> Result<(Digest, Vec<u8>), Failure> {
    let registry = &question.repository.registry;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => {
            let body = http::read(registry, answer, LONGEST_ERROR).await?;
            return Err(missing(question, &body));
        }
        _ => return Err(unexpected(question, &answer)),
    }
    let says = named(question, &answer)?;
    // Without the type, any page of any server would have a digest.
    if !answer.headers().contains_key(CONTENT_TYPE) {
        return Err(untrusted(question, "neither a digest nor a media type"));
    }
    let body = http::read(registry, answer, LONGEST).await?;
    let digest = format!("sha256:{}", hex::encode(Sha256::digest(&body)));
    let digest: Digest = digest.parse().expect("SHA-256 has 64 hexadecimal digits");

    match says.is_none_or(|says| says == digest) {
        true => Ok((digest, body)),
        false => Err(untrusted(question, "a manifest that does not have the digest it names")),
    }
}

/// That there is no such manifest, if it is the registry who says so: a server that is no registry,
/// or a gateway before it, knows no manifest either.
fn missing(question: &Question, body: &[u8]) -> Failure {
    let errors = serde_json::from_slice::<Errors>(body).map(|it| it.errors).unwrap_or_default();
    match errors.first() {
        Some(error) => {
            Failure::Refused(format!("there is no {} ({})", question.name, shortened(&error.code)))
        }
        None => untrusted(question, "404 Not Found, but not as a registry does"),
    }
}

/// An answer that means nothing to us.
pub(super) fn unexpected(question: &Question, answer: &Response) -> Failure {
    let host = answer.url().host_str().unwrap_or_default();
    Failure::Unavailable(format!(
        "{host} answered {} when asked about {}",
        answer.status(),
        question.name
    ))
}

fn untrusted(question: &Question, what: &str) -> Failure {
    Failure::Unavailable(format!(
        "asked about {}, {} gave an answer that cannot be trusted: {what}",
        question.name, question.repository.registry
    ))
}
